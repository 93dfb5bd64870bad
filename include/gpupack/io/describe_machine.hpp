// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/read_gpu_list.hpp>
#include <gpupack/io/read_mig_instances.hpp>
#include <gpupack/io/read_mig_profiles.hpp>
#include <gpupack/io/read_peer_matrix.hpp>
#include <gpupack/io/read_rocm_topology.hpp>
#include <gpupack/io/read_topology_matrix.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Whether a text has some words in it, in capitals or not, and any blanks between them.
[[nodiscard]] inline bool mentions(std::string_view text, std::string_view words) {
    const auto upper = [](char c) { return std::toupper(static_cast<unsigned char>(c)); };
    const auto is_at = [&](std::size_t i) {
        for (const char c : words) {
            if (i >= text.size() || (upper(text[i]) != upper(c) && !(c == ' ' && is_blank(text[i])))) return false;
            ++i;
            while (c == ' ' && i < text.size() && is_blank(text[i])) ++i;
        }
        return true;
    };
    for (std::size_t i = 0; i < text.size(); ++i)
        if (is_at(i)) return true;
    return false;
}

/// What describes a machine in a text that is no XML: the first of the known formats that is there.
[[nodiscard]] inline expected<described_machine, input_error> described_by(const std::string& file,
                                                                           std::string_view content) {
    // Two tables of AMD's have the header of NVIDIA's matrix, and so has topo -p2p.
    if (mentions(content, "Link Type between two GPUs") || mentions(content, "LINK TYPE TABLE") ||
        content.find("XGMI") != std::string_view::npos)
        if (auto links = describe_rocm_topology(file, content); links || links.error().field != "table") return links;
    if (mentions(content, "ROCm System Management Interface"))
        return unexpected<input_error>{
            input_error{file, 0, "document", "a table of rocm-smi",
                        "the one with the link types, of rocm-smi --showtopo or --showtopotype"}};
    auto matrix = describe_topology_matrix(file, content);
    if (matrix || matrix.error().field != "matrix") return matrix;
    if (auto peers = describe_peer_matrix(file, content); peers || peers.error().field != "table") return peers;
    if (auto standing = describe_mig_instances(file, content); standing || standing.error().field != "instances")
        return standing;
    if (auto profiles = describe_mig_profiles(file, content)) return profiles;
    if (auto list = describe_gpu_list(file, content); list || list.error().field != "GPUs") return list;
    if (mentions(content, "No MIG-enabled devices found") || mentions(content, "No GPU instances found") ||
        mentions(content, "No GPU instance profiles"))
        return unexpected<input_error>{
            input_error{file, 0, "document", "no MIG instances", "a machine whose GPUs are in MIG mode and divided"}};
    if (mentions(content, "NVIDIA-SMI") && mentions(content, "Driver Version"))
        return unexpected<input_error>{input_error{file, 0, "document",
                                                   "the overview that nvidia-smi prints without arguments",
                                                   "what nvidia-smi topo -m, -L or mig -lgi prints"}};
    return unexpected<input_error>{input_error{
        file, 0, "document", std::string{trimmed(content.substr(0, std::min<std::size_t>(40, content.find('\n'))))},
        "what nvidia-smi topo -m, topo -p2p, -L or mig -lgi, rocm-smi --showtopo or amd-smi topology prints"}};
}

/// Adds what other listings in the same text say of the GPUs: names, UUIDs, MIG instances and profiles.
inline void add_listings(described_machine& machine, const std::string& file, std::string_view content) {
    const auto gpu_at = [&](int index) -> described_gpu* {
        for (described_gpu& gpu : machine.gpus)
            if (gpu.index == index) return &gpu;
        return nullptr;
    };
    if (const auto list = describe_gpu_list(file, content)) {
        if (machine.format != list->format)
            machine.left_out.insert(machine.left_out.end(), list->left_out.begin(), list->left_out.end());
        for (const described_gpu& each : list->gpus)
            if (described_gpu* const gpu = gpu_at(each.index); gpu != nullptr) {
                gpu->name = each.name;
                gpu->uuid = each.uuid;
                if (gpu->instances.empty()) gpu->instances = each.instances;
            }
    }
    if (const auto standing = describe_mig_instances(file, content))
        for (const described_gpu& each : standing->gpus)
            if (described_gpu* const gpu = gpu_at(each.index); gpu != nullptr) gpu->instances = each.instances;
    if (const auto profiles = describe_mig_profiles(file, content))
        for (const described_gpu& each : profiles->gpus)
            if (described_gpu* const gpu = gpu_at(each.index); gpu != nullptr) gpu->profiles = each.profiles;
}

} // namespace detail

/// Reads whatever describes the GPUs of a machine and is no XML: the output of `nvidia-smi topo -m`, `topo -mp`, `topo -p2p`,
/// `-L`, `mig -lgi` and `mig -lgip`, of `rocm-smi --showtopo` and of `amd-smi topology`. Where a text holds several of them, the
/// links come from the first in that order, and the lists add names, UUIDs, MIG instances and profiles.
///
/// @param file     named in errors
/// @param content  the text
/// @return the description, or the error of the reader whose format it is; where it is none, an error that names them
[[nodiscard]] inline expected<described_machine, input_error> describe_machine(const std::string& file,
                                                                               std::string_view content) {
    const std::string text = detail::decoded(content);
    auto machine = detail::described_by(file, text);
    if (machine) detail::add_listings(*machine, file, text);
    return machine;
}

} // namespace gpupack::io
