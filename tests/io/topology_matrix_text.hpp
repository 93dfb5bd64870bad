// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/io/read_topology_matrix.hpp>
#include <gpupack/topology/link_table.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

/// What nvidia-smi topo -m prints, as its tests need it.
namespace topology_matrix_text {

inline gpupack::node_topology read(const std::string& text) {
    const auto told = gpupack::io::parse_topology_matrix("topo.txt", text);
    EXPECT_TRUE(told.has_value()) << (told ? std::string{} : told.error().message());
    return told.value_or(gpupack::node_topology{});
}

inline std::string refusal_of_matrix(const std::string& text) {
    const auto told = gpupack::io::parse_topology_matrix("topo.txt", text);
    return told ? std::string{"accepted"} : told.error().message();
}

inline int score(const gpupack::node_topology& of, std::size_t a, std::size_t b) {
    return gpupack::link_score(of.links[a][b]);
}

/// How a matrix looks that somebody has pasted.
struct look {
    std::string gap = "\t";
    bool adapters = true;
    bool adapter_rows = true;
    bool affinity = true;
    bool gpu_numa = false;
    bool colours = false;
    bool surroundings = false;
};

inline const char* word_of(gpupack::pcie_path path) {
    constexpr const char* words[] = {"SYS", "NODE", "PHB", "PXB", "PIX", "PSB"};
    return words[static_cast<int>(path)];
}

/// The matrix of a machine, as nvidia-smi prints it: NVLinks hide the PCIe path.
inline std::string printed(const gpupack::node_topology& of, const look& as) {
    std::string text = as.surroundings ? "root@host:~# nvidia-smi topo -m\n" : "";
    if (as.colours) text.append("\x1b[4m");
    for (int g = 0; g < of.gpus(); ++g) text.append(as.gap).append("GPU").append(std::to_string(g));
    for (std::size_t n = 0; n < of.nics.size() && as.adapters; ++n)
        text.append(as.gap).append("NIC").append(std::to_string(n));
    if (as.affinity) text.append(as.gap).append("CPU Affinity").append(as.gap).append("NUMA Affinity");
    if (as.gpu_numa) text.append(as.gap).append("GPU NUMA ID");
    text.append(as.colours ? "\x1b[0m\n" : "\n");
    for (std::size_t a = 0; a < of.links.size(); ++a) {
        text.append("GPU").append(std::to_string(a));
        for (std::size_t b = 0; b < of.links.size(); ++b) {
            const gpupack::gpu_link& link = of.links[a][b];
            text.append(as.gap);
            if (a == b)
                text.append(" X ");
            else if (link.nvlinks > 0)
                text.append("NV").append(std::to_string(link.nvlinks));
            else
                text.append(word_of(link.pcie));
        }
        for (std::size_t n = 0; n < of.nics.size() && as.adapters; ++n)
            text.append(as.gap).append(word_of(of.nics[n].to_gpus[a]));
        if (as.affinity) text.append(as.gap).append("0-31,64-95").append(as.gap).append(std::to_string(of.numa[a]));
        if (as.gpu_numa) text.append(as.gap).append(as.gap).append("N/A");
        text.append("\n");
    }
    for (std::size_t n = 0; n < of.nics.size() && as.adapters && as.adapter_rows; ++n) {
        text.append("NIC").append(std::to_string(n));
        for (const gpupack::pcie_path path : of.nics[n].to_gpus) text.append(as.gap).append(word_of(path));
        for (std::size_t m = 0; m < of.nics.size(); ++m) text.append(as.gap).append(m == n ? " X " : "SYS");
        text.append("\n");
    }
    if (as.surroundings) text.append("\nLegend:\n\n  X    = Self\n  SYS  = Connection traversing PCIe\n");
    if (as.adapters) {
        text.append("\nNIC Legend:\n\n");
        for (std::size_t n = 0; n < of.nics.size(); ++n)
            text.append("  NIC").append(std::to_string(n)).append(": ").append(of.nics[n].name).append("\n");
    }
    return text;
}

} // namespace topology_matrix_text
