// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/matrix_text.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// What a word of the matrix means: a PCIe path, or NVLinks, which hide it.
struct link_word {
    std::optional<pcie_path> path;
    int nvlinks = 0;

    friend bool operator==(const link_word&, const link_word&) = default;
};

[[nodiscard]] inline std::optional<link_word> parse_link_word(std::string_view word) {
    using enum pcie_path;
    constexpr std::pair<std::string_view, pcie_path> words[] = {
        {"SYS", cross_cpu},    {"SOC", cross_cpu},     {"NODE", same_cpu}, {"PHB", host_bridge},
        {"PXB", multi_switch}, {"PIX", single_switch}, {"PSB", same_board}};
    for (const auto& [text, path] : words)
        if (word == text) return link_word{path, 0};
    int links = 0;
    if (!word.starts_with("NV")) return std::nullopt;
    const auto [end, error] = std::from_chars(word.data() + 2, word.data() + word.size(), links);
    if (error != std::errc{} || end != word.data() + word.size() || links < 1 || links > max_nvlinks)
        return std::nullopt;
    return link_word{std::nullopt, links};
}

/// The words of a matrix as links: [devices][devices], nothing on the diagonal and where there is no row.
using link_words = std::vector<std::vector<std::optional<link_word>>>;

[[nodiscard]] inline expected<link_words, input_error> parse_links(const std::string& file,
                                                                   const matrix_text& matrix) {
    const std::size_t count = matrix.devices.size();
    link_words links(count, std::vector<std::optional<link_word>>(count));
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count && matrix.rows[a].line != 0; ++b) {
            const auto wrong = [&](const std::string& expected) {
                return unexpected<input_error>{input_error{
                    file, matrix.rows[a].line, std::string{matrix.devices[a]}.append(" to ").append(matrix.devices[b]),
                    matrix.rows[a].words[b], expected}};
            };
            if ((matrix.rows[a].words[b] == "X") != (a == b)) return wrong("X on the diagonal, and nowhere else");
            if (a == b) continue;
            links[a][b] = parse_link_word(matrix.rows[a].words[b]);
            if (!links[a][b]) return wrong("NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
            if (links[b][a] && !(*links[b][a] == *links[a][b]))
                return wrong(std::string{"the same as from "}
                                 .append(matrix.devices[b])
                                 .append(" to ")
                                 .append(matrix.devices[a])
                                 .append(", ")
                                 .append(matrix.rows[b].words[a]));
        }
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b)
            if (!links[a][b]) links[a][b] = links[b][a]; // an adapter without a row
    return links;
}

/// The PCIe path of two GPUs whose NVLinks hide it. Paths form a tree: where a third device reaches the two by different
/// paths, the GPUs are connected by the longer of them; where by the same path, by one that is no longer than that.
[[nodiscard]] inline pcie_path hidden_path(const link_words& links, std::size_t a, std::size_t b, bool same_numa) {
    pcie_path at_least = same_numa ? pcie_path::same_cpu : pcie_path::cross_cpu;
    for (std::size_t c = 0; c < links.size(); ++c) {
        if (c == a || c == b || !links[a][c] || !links[b][c] || !links[a][c]->path || !links[b][c]->path) continue;
        const pcie_path one = *links[a][c]->path;
        const pcie_path other = *links[b][c]->path;
        if (one != other) return std::min(one, other);
        at_least = std::max(at_least, one);
    }
    return at_least;
}

/// Whether the way between two GPUs crosses between processors, as far as that is known.
[[nodiscard]] inline bool crosses(const link_words& links, std::size_t a, std::size_t b) {
    if (links[a][b]->path) return *links[a][b]->path == pcie_path::cross_cpu;
    return hidden_path(links, a, b, true) == pcie_path::cross_cpu;
}

/// The NUMA nodes of the GPUs as they are listed, 0 where one is missing. Where none is listed at all, one for each group
/// of GPUs whose paths do not cross between processors.
[[nodiscard]] inline std::vector<int> numa_nodes(const matrix_text& matrix, const link_words& links) {
    std::vector<int> numa(matrix.gpus, 0);
    bool is_listed = false;
    for (std::size_t g = 0; g < matrix.gpus; ++g) {
        const std::string& text = matrix.rows[g].numa;
        int node = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), node);
        if (error != std::errc{} || node < 0 || node > 15) continue;
        numa[g] = node;
        is_listed = true;
    }
    int next = 0;
    for (std::size_t g = 0; g < matrix.gpus && !is_listed; ++g) {
        std::size_t beside = 0;
        while (beside < g && crosses(links, g, beside)) ++beside;
        if (beside < g) {
            numa[g] = numa[beside];
        } else {
            numa[g] = next;
            ++next;
        }
    }
    return numa;
}

/// Names that a legend gives to adapters: "NIC0: mlx5_0".
inline void name_adapters(std::vector<std::string>& devices, std::size_t gpus, std::string_view content) {
    for (std::string_view rest = content; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::vector<std::string> words = words_of(plain_line(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (words.size() != 2 || words[0].back() != ':') continue;
        const auto device = std::find(devices.begin() + static_cast<std::ptrdiff_t>(gpus), devices.end(),
                                      words[0].substr(0, words[0].size() - 1));
        if (device != devices.end()) *device = words[1];
    }
}

} // namespace detail

/// Reads what connects the GPUs of a node from the output of `nvidia-smi topo -m`, as people paste it: with tabs or
/// spaces, colours, table bars, quotation marks, host names before each line, prompts and the legend around it; with or
/// without adapters, their rows, and the columns about CPUs and NUMA nodes. Of several matrices, the first is read.
///
/// NV# hides the PCIe path of two GPUs. It is inferred from the devices that both reach by PCIe, otherwise from whether
/// they share a NUMA node. Where no NUMA node is listed, GPUs that reach each other without crossing between processors
/// share one. NVLinks lead to NVSwitches where those of one GPU add up to more than the 18 that it can have.
/// @param file     named in errors
/// @param content  the text
/// @return the topology, or an error with its line: no matrix, a missing or ragged row, an unknown word, a link that
///         differs between its two directions
[[nodiscard]] inline expected<node_topology, input_error> parse_topology_matrix(const std::string& file,
                                                                                std::string_view content) {
    auto text = detail::matrix_finder{file}.find(content);
    if (!text) return unexpected<input_error>{text.error()};
    const auto links = detail::parse_links(file, *text);
    if (!links) return unexpected<input_error>{links.error()};
    detail::name_adapters(text->devices, text->gpus, content);

    node_topology read;
    read.numa = detail::numa_nodes(*text, *links);
    read.links.assign(text->gpus, std::vector<gpu_link>(text->gpus));
    for (std::size_t a = 0; a < text->gpus; ++a) {
        int sum = 0;
        for (std::size_t b = 0; b < text->gpus; ++b) {
            if (a == b) continue;
            const detail::link_word& word = *(*links)[a][b];
            sum += word.nvlinks;
            read.links[a][b] = {word.path ? *word.path
                                          : detail::hidden_path(*links, a, b, read.numa[a] == read.numa[b]),
                                static_cast<std::uint8_t>(word.nvlinks)};
        }
        read.switched = read.switched || sum > max_nvlinks;
    }
    for (std::size_t n = text->gpus; n < text->devices.size(); ++n) {
        nic added{text->devices[n], 0, {}};
        pcie_path closest = pcie_path::cross_cpu;
        for (std::size_t g = 0; g < text->gpus; ++g) {
            const pcie_path path = (*links)[g][n]->path.value_or(pcie_path::cross_cpu);
            added.to_gpus.push_back(path);
            if (path <= closest) continue;
            closest = path;
            added.numa = read.numa[g];
        }
        read.nics.push_back(std::move(added));
    }
    if (auto wrong = topology_error(read)) {
        wrong->file = file;
        return unexpected<input_error>{*std::move(wrong)};
    }
    return read;
}

/// parse_topology_matrix() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<node_topology, input_error> read_topology_matrix(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_topology_matrix(file, *content);
}

} // namespace gpupack::io
