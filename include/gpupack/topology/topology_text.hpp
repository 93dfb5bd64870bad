// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// Words for the ways over PCIe, as nvidia-smi has them; by pcie_path.
inline constexpr std::array<std::string_view, 6> path_words{"SYS", "NODE", "PHB", "PXB", "PIX", "BOARD"};

[[nodiscard]] inline std::string_view path_text(pcie_path path) {
    return path_words[static_cast<std::size_t>(path)];
}
[[nodiscard]] inline std::optional<pcie_path> path_from_text(std::string_view text) noexcept {
    for (std::size_t i = 0; i < path_words.size(); ++i)
        if (path_words[i] == text) return static_cast<pcie_path>(i);
    return std::nullopt;
}

/// "PIX", or with NVLinks "SYS+12".
[[nodiscard]] inline std::string link_text(const gpu_link& link) {
    std::string text{path_text(link.pcie)};
    if (link.nvlinks > 0) text.append("+").append(std::to_string(link.nvlinks));
    return text;
}
[[nodiscard]] inline std::optional<gpu_link> link_from_text(std::string_view text) noexcept {
    const std::size_t plus = text.find('+');
    const auto path = path_from_text(text.substr(0, plus));
    const auto links = plus == std::string_view::npos ? std::optional<std::int64_t>{0}
                                                      : number_from_text(text.substr(plus + 1), 1, max_nvlinks);
    if (!path || !links) return std::nullopt;
    return gpu_link{*path, static_cast<std::uint8_t>(*links)};
}

/// Adds the fields of a topology to a line: numa=0,0,1 links=PIX,SYS+4,SYS nics=mlx5_0:0:PIX/SYS/SYS switched partitions=0-1/2.
/// The links are those of GPU 0 to the others, then of GPU 1 to those above it, and so on.
inline void append_topology(std::string& line, const node_topology& topology) {
    const auto add = [&](std::string_view name, std::string_view value) {
        line.append(" ").append(name).append("=").append(quoted_value(value));
    };
    std::string list;
    for (const int numa : topology.numa) append_item(list, std::to_string(numa));
    add("numa", list);
    list.clear();
    for (std::size_t a = 0; a < topology.links.size(); ++a)
        for (std::size_t b = a + 1; b < topology.links[a].size(); ++b)
            append_item(list, link_text(topology.links[a][b]));
    if (!list.empty()) add("links", list);
    list.clear();
    for (const nic& each : topology.nics) {
        std::string ways;
        for (const pcie_path path : each.to_gpus) ways.append(ways.empty() ? "" : "/").append(path_text(path));
        append_item(list,
                    std::string{each.name}.append(":").append(std::to_string(each.numa)).append(":").append(ways));
    }
    if (!list.empty()) add("nics", list);
    if (topology.switched) line.append(" switched");
    list.clear();
    for (const gpu_set partition : topology.partitions) list.append(list.empty() ? "" : "/").append(to_text(partition));
    if (!list.empty()) add("partitions", list);
}

/// Reads the NUMA nodes of the GPUs.
[[nodiscard]] inline const char* read_numa(const std::string& value, node_topology& topology) {
    for (const std::string& item : items_of(value)) {
        const auto numa = number_from_text(item, unknown_numa, max_numa_node);
        if (!numa || topology.numa.size() == static_cast<std::size_t>(max_gpus_per_node))
            return "the NUMA node of each GPU, from -1 (unknown) to 15: 0,0,1,1";
        topology.numa.push_back(static_cast<int>(*numa));
    }
    topology.links.resize(topology.numa.size());
    for (std::vector<gpu_link>& row : topology.links) row.resize(topology.numa.size());
    return nullptr;
}

/// Reads the links above the diagonal; the NUMA nodes say how many GPUs there are.
[[nodiscard]] inline const char* read_links(const std::string& value, node_topology& topology) {
    constexpr const char* expected =
        "after numa, one link for each pair of GPUs: SYS, NODE, PHB, PXB, PIX or BOARD, and NVLinks: SYS+4";
    const std::vector<std::string> items = items_of(value);
    const std::size_t gpus = topology.numa.size();
    if (gpus == 0 || items.size() != gpus * (gpus - 1) / 2) return expected;
    std::size_t next = 0;
    for (std::size_t a = 0; a < gpus; ++a)
        for (std::size_t b = a + 1; b < gpus; ++b) {
            const auto link = link_from_text(items[next++]);
            if (!link) return expected;
            topology.links[a][b] = topology.links[b][a] = *link;
        }
    return nullptr;
}

[[nodiscard]] inline const char* read_nics(const std::string& value, node_topology& topology) {
    constexpr const char* expected =
        "after numa, adapters with their NUMA node and their way to each GPU: mlx5_0:0:PIX/SYS";
    for (const std::string& item : items_of(value)) {
        const std::size_t second = item.rfind(':');
        const std::size_t first =
            second == std::string::npos || second == 0 ? std::string::npos : item.rfind(':', second - 1);
        if (first == std::string::npos) return expected;
        const auto numa =
            number_from_text(std::string_view{item}.substr(first + 1, second - first - 1), unknown_numa, max_numa_node);
        if (!numa) return expected;
        nic read{item.substr(0, first), static_cast<int>(*numa), {}};
        for (const std::string_view word : parts_of(std::string_view{item}.substr(second + 1), '/')) {
            if (word.empty() && topology.numa.empty()) break; // no GPUs, no ways
            const auto path = path_from_text(word);
            if (!path) return expected;
            read.to_gpus.push_back(*path);
        }
        if (read.to_gpus.size() != topology.numa.size()) return expected;
        topology.nics.push_back(std::move(read));
    }
    return nullptr;
}

[[nodiscard]] inline const char* read_partitions(const std::string& value, node_topology& topology) {
    for (const std::string_view part : parts_of(value, '/')) {
        const auto gpus = gpus_from_text(part);
        if (!gpus) return "sets of GPUs: 0-3/4-7";
        topology.partitions.push_back(*gpus);
    }
    return nullptr;
}

/// Reads one field of a topology.
///
/// @return whether it is one; where it is one and wrong, `expected` says what would have been right
[[nodiscard]] inline bool read_topology_field(const text_field& field, node_topology& topology, const char*& expected) {
    if (field.name == "numa") return expected = read_numa(field.value, topology), true;
    if (field.name == "links") return expected = read_links(field.value, topology), true;
    if (field.name == "nics") return expected = read_nics(field.value, topology), true;
    if (field.name == "partitions") return expected = read_partitions(field.value, topology), true;
    if (field.name == "switched" && !field.has_value) return topology.switched = true;
    return false;
}

} // namespace detail

/// A topology as one line, which topology_from_text() reads back:
/// `numa=0,0,1 links=PIX,SYS+4,SYS nics=mlx5_0:0:PIX/SYS/SYS switched partitions=0-1/2`.
[[nodiscard]] inline std::string to_text(const node_topology& topology) {
    std::string line;
    detail::append_topology(line, topology);
    return line.substr(1);
}

/// The topology that a line says. Whether a node can have it is asked where the node is made.
///
/// @param line  as to_text() writes it; numa stands before links and nics
/// Errors: a field that is not known or stands twice, a value that is wrong; the error names the field and its column.
[[nodiscard]] inline expected<node_topology, input_error> topology_from_text(std::string_view line) {
    const auto fields = parse_fields(line);
    if (!fields) return unexpected<input_error>{fields.error()};
    node_topology topology;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        const text_field& field = (*fields)[i];
        for (std::size_t j = 0; j < i; ++j)
            if ((*fields)[j].name == field.name) return unexpected<input_error>{wrong_field(field, "each field once")};
        const char* expected = nullptr;
        if (!detail::read_topology_field(field, topology, expected))
            expected = "numa, links, nics, switched or partitions";
        if (expected != nullptr) return unexpected<input_error>{wrong_field(field, expected)};
    }
    return topology;
}

} // namespace gpupack
