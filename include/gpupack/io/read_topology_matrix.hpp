// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/matrix_links.hpp>
#include <gpupack/io/detail/matrix_text.hpp>
#include <gpupack/io/detail/numa_numbers.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/topology_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Turns a matrix into a description.
class matrix_describer {
  public:
    matrix_describer(const matrix_text& matrix, link_words links) : matrix_{matrix}, links_{std::move(links)} {
        machine_.format = "nvidia-smi topo -m";
        machine_.left_out = matrix.left_out;
    }

    /// @param content  decoded; its legend names adapters
    [[nodiscard]] described_machine describe(std::string_view content) {
        add_gpus();
        add_adapters();
        name_adapters(content);
        add_links();
        place_adapters();
        return std::move(machine_);
    }

  private:
    void add_gpus() {
        bool any = false;
        for (std::size_t g = 0; g < matrix_.gpus(); ++g) {
            const matrix_row& row = matrix_.rows[g];
            const numa_cell cell = affinity_reader{matrix_.header, row.tail}.numa();
            machine_.gpus.push_back({static_cast<int>(g), {}, cell.node, {}, {}});
            any = any || cell.node.has_value();
            if (cell.garbled)
                machine_.left_out.push_back(
                    {row.line, cell.text.substr(0, 120), "the NUMA node cannot be told from its neighbours"});
            machine_.links.emplace_back(row.words.begin(),
                                        row.words.begin() + static_cast<std::ptrdiff_t>(matrix_.gpus()));
        }
        if (any) machine_.topology.numa = numa_numbers(machine_.gpus);
    }

    void add_adapters() {
        adapter_reader reader{matrix_, machine_.left_out};
        for (std::size_t n = matrix_.gpus(); n < matrix_.header.devices.size(); ++n) {
            const std::string& label = matrix_.header.devices[n];
            auto paths = reader.paths(n);
            if (!paths) continue;
            for (std::size_t g = 0; g < matrix_.gpus(); ++g) links_[g].push_back(parse_link_word((*paths)[g]));
            machine_.nics.push_back({label, label, {}, std::nullopt, *std::move(paths)});
        }
        if (!matrix_.header.whole())
            machine_.left_out.push_back({0, matrix_.header.damage, "this part of the header names no column"});
        if (machine_.topology.numa.empty()) machine_.topology.numa = grouped_numa_nodes(links_);
    }

    /// Names that a legend gives to adapters: "NIC0: mlx5_0".
    void name_adapters(std::string_view content) {
        std::size_t unseen = 0;
        std::size_t unseen_line = 0;
        std::string first_unseen;
        for_each_line(content, [&](std::size_t number, std::string_view line) {
            if (line.find("NIC") == std::string_view::npos) return true;
            const std::vector<std::string> words = words_of(plain_line(line));
            if (words.size() < 2) return true;
            const std::string& label = words[words.size() - 2];
            if (label.empty() || label.back() != ':' || numbered_at(label, "NIC") + 1 != label.size()) return true;
            const std::string plain = label.substr(0, label.size() - 1);
            const auto known = std::find_if(machine_.nics.begin(), machine_.nics.end(),
                                            [&](const described_nic& each) { return each.label == plain; });
            if (known != machine_.nics.end()) {
                known->name = words.back();
            } else if (std::find(matrix_.header.devices.begin(), matrix_.header.devices.end(), plain) ==
                           matrix_.header.devices.end() &&
                       ++unseen == 1) {
                unseen_line = number;
                first_unseen = plain;
            }
            return true;
        });
        if (unseen > 0)
            machine_.left_out.push_back({unseen_line,
                                         first_unseen.append(unseen == 1 ? "" : " and others, together ")
                                             .append(unseen == 1 ? "" : std::to_string(unseen)),
                                         "in the legend, but without a column"});
    }

    /// GPUs of one NUMA node never come out farther apart than that, whatever the adapters of a virtual machine seem to say.
    [[nodiscard]] pcie_path hidden_path(std::size_t a, std::size_t b) const {
        const int one = machine_.topology.numa[a];
        const int other = machine_.topology.numa[b];
        if (one == unknown_numa || other == unknown_numa) return shown_path(links_, a, b, pcie_path::cross_cpu);
        if (one != other) return pcie_path::cross_cpu;
        return std::max(pcie_path::same_cpu, shown_path(links_, a, b, pcie_path::same_cpu));
    }

    void add_links() {
        node_topology& topology = machine_.topology;
        topology.links.assign(matrix_.gpus(), std::vector<gpu_link>(matrix_.gpus()));
        for (std::size_t a = 0; a < matrix_.gpus(); ++a) {
            int sum = 0;
            for (std::size_t b = 0; b < matrix_.gpus(); ++b) {
                if (a == b) continue;
                const link_word& word = *links_[a][b];
                sum += word.nvlinks;
                topology.links[a][b] = {word.path ? *word.path : hidden_path(a, b),
                                        static_cast<std::uint8_t>(word.nvlinks)};
                if (!word.path && a < b) machine_.inferred.emplace_back(static_cast<int>(a), static_cast<int>(b));
            }
            topology.switched = topology.switched || sum > max_nvlinks;
        }
    }

    /// An adapter hangs on the NUMA node of the GPU that is closest to it, if any is closer than over the processors.
    void place_adapters() {
        for (described_nic& each : machine_.nics) {
            nic added{each.name, unknown_numa, {}};
            pcie_path closest = pcie_path::cross_cpu;
            for (std::size_t g = 0; g < matrix_.gpus(); ++g) {
                const pcie_path path = *parse_link_word(each.to_gpus[g])->path;
                added.to_gpus.push_back(path);
                if (path <= closest) continue;
                closest = path;
                added.numa = machine_.topology.numa[g];
                each.numa = machine_.gpus[g].numa;
            }
            machine_.topology.nics.push_back(std::move(added));
        }
    }

    const matrix_text& matrix_;
    link_words links_;
    described_machine machine_;
};

} // namespace detail

/// Reads the output of `nvidia-smi topo -m` or `topo -mp`, as people paste it: with tabs or spaces, colours with and
/// without their escapes, table bars, quotation marks, host names and log prefixes before each line, prompts and the legend
/// around it; with or without adapters, their rows, and the columns about CPUs and NUMA nodes; glued or broken by a terminal,
/// interrupted by log lines. Of several matrices, the first is read.
///
/// What is damaged outside the block of GPUs is left out, and left_out says what and why.
///
/// NV# hides the PCIe path of two GPUs, which `topo -mp` shows. It is inferred from the devices that both reach by PCIe,
/// otherwise from whether they share a NUMA node; `inferred` lists the pairs. Where no NUMA node is listed, GPUs that reach
/// each other without crossing between processors share one in the topology. NVLinks lead to NVSwitches where those of one
/// GPU add up to more than the 18 that it can have.
/// @param file     named in errors
/// @param content  the text
/// @return the description, or an error with its line: no matrix; a missing or cut row of a GPU, an unknown word between GPUs,
///         a link between them that differs between its two directions
[[nodiscard]] inline expected<described_machine, input_error> describe_topology_matrix(const std::string& file,
                                                                                       std::string_view content) {
    const std::string text = detail::decoded(content);
    auto matrix = detail::matrix_finder{file}.find(text);
    if (!matrix) return unexpected<input_error>{matrix.error()};
    auto links = detail::parse_gpu_links(file, *matrix);
    if (!links) return unexpected<input_error>{links.error()};
    described_machine machine = detail::matrix_describer{*matrix, *std::move(links)}.describe(text);
    if (auto wrong = topology_error(machine.topology)) {
        wrong->file = file;
        return unexpected<input_error>{*std::move(wrong)};
    }
    return machine;
}

/// The topology in describe_topology_matrix().
///
/// @param file     named in errors
/// @param content  the text
[[nodiscard]] inline expected<node_topology, input_error> parse_topology_matrix(const std::string& file,
                                                                                std::string_view content) {
    auto machine = describe_topology_matrix(file, content);
    if (!machine) return unexpected<input_error>{machine.error()};
    return std::move(machine->topology);
}

/// parse_topology_matrix() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<node_topology, input_error> read_topology_matrix(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_topology_matrix(file, *content);
}

} // namespace gpupack::io
