// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/matrix_cells.hpp>
#include <gpupack/io/detail/matrix_text.hpp>
#include <gpupack/topology/link.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// How GPUs reach devices: [GPUs][GPUs, then adapters]; nothing on the diagonal.
using link_words = std::vector<std::vector<std::optional<link_word>>>;

/// The links between the GPUs.
///
/// @return them, or an error: X off the diagonal or another word on it, a word that is no link, a link that differs between
///         its two directions
[[nodiscard]] inline expected<link_words, input_error> parse_gpu_links(const std::string& file,
                                                                       const matrix_text& matrix) {
    const std::size_t gpus = matrix.gpus();
    link_words links(gpus, std::vector<std::optional<link_word>>(gpus));
    for (std::size_t a = 0; a < gpus; ++a)
        for (std::size_t b = 0; b < gpus; ++b) {
            const std::string& word = matrix.rows[a].words[b];
            const auto wrong = [&](std::string expected) {
                const std::string pair =
                    std::string{matrix.header.devices[a]}.append(" to ").append(matrix.header.devices[b]);
                return unexpected<input_error>{input_error{file, matrix.rows[a].line, pair, word, std::move(expected)}};
            };
            if ((word == "X") != (a == b)) return wrong("X on the diagonal, and nowhere else");
            if (a == b) continue;
            links[a][b] = parse_link_word(word);
            if (!links[a][b]) return wrong("NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
            if (links[b][a] && !(*links[b][a] == *links[a][b]))
                return wrong(std::string{"the same as from "}
                                 .append(matrix.header.devices[b])
                                 .append(" to ")
                                 .append(matrix.header.devices[a])
                                 .append(", ")
                                 .append(matrix.rows[b].words[a]));
        }
    return links;
}

/// Reads the adapters of a matrix one by one: each from its column and from its row, as far as these are whole. Only those
/// that contradict nothing are kept.
class adapter_reader {
  public:
    adapter_reader(const matrix_text& matrix, std::vector<left_out_text>& left_out)
        : matrix_{matrix}, left_out_{left_out} {}

    /// The paths of the adapter in that column to the GPUs; none where it is damaged, and then left_out says how.
    [[nodiscard]] std::optional<std::vector<std::string>> paths(std::size_t column) {
        const std::vector<std::string> by_column = column_words(column);
        const std::vector<std::string> by_row = row_words(column);
        const auto& whole = is_complete(by_column) ? by_column : by_row;
        if (!is_complete(whole)) return leave(column, 0, "neither its column nor its row is whole");
        const std::size_t line = matrix_.rows[column].line;
        if (!matrix_.header.whole() && !is_complete(by_row))
            return leave(column, line, "the header is damaged, and no row shows which column it is");
        for (std::size_t gpu = 0; gpu < matrix_.gpus(); ++gpu) {
            const bool differ = !by_column[gpu].empty() && !by_row[gpu].empty() && by_column[gpu] != by_row[gpu];
            if (differ)
                return leave(column, line,
                             std::string{"its row and its column differ at GPU"}.append(std::to_string(gpu)));
            const auto word = parse_link_word(whole[gpu]);
            if (!word || !word->path) return leave(column, line, "a word that is no path over PCIe");
        }
        if (line > 0 && !is_complete(by_row))
            left_out_.push_back({line, matrix_.header.devices[column], "its row is cut; its column was used"});
        return whole;
    }

  private:
    [[nodiscard]] static bool is_complete(const std::vector<std::string>& words) {
        return std::none_of(words.begin(), words.end(), [](const std::string& word) { return word.empty(); });
    }

    [[nodiscard]] std::optional<std::vector<std::string>> leave(std::size_t column, std::size_t line, std::string why) {
        left_out_.push_back({line, matrix_.header.devices[column], std::move(why)});
        return std::nullopt;
    }

    /// [GPUs]  Empty where the row of that GPU has not as many words as the header has devices: any of them may be missing.
    [[nodiscard]] std::vector<std::string> column_words(std::size_t column) const {
        std::vector<std::string> words(matrix_.gpus());
        for (std::size_t gpu = 0; gpu < matrix_.gpus(); ++gpu)
            if (matrix_.rows[gpu].words.size() == matrix_.header.devices.size())
                words[gpu] = matrix_.rows[gpu].words[column];
        return words;
    }

    /// [GPUs]  Empty unless its X shows that nothing is missing before it.
    [[nodiscard]] std::vector<std::string> row_words(std::size_t column) const {
        std::vector<std::string> words(matrix_.gpus());
        const std::vector<std::string>& row = matrix_.rows[column].words;
        const auto self = std::find(row.begin(), row.end(), "X");
        if (self == row.end() || self - row.begin() != static_cast<std::ptrdiff_t>(column)) return words;
        std::copy_n(row.begin(), words.size(), words.begin());
        return words;
    }

    const matrix_text& matrix_;
    std::vector<left_out_text>& left_out_;
};

/// The PCIe path of two GPUs whose NVLinks hide it, as third devices show it. Paths form a tree: where a third device
/// reaches the two by different paths, the GPUs are connected by the longer of them; where by the same path, by one that is
/// no longer than that.
///
/// @param at_least  what is known without them
[[nodiscard]] inline pcie_path shown_path(const link_words& links, std::size_t a, std::size_t b, pcie_path at_least) {
    for (std::size_t c = 0; c < links[a].size(); ++c) {
        if (c == a || c == b || !links[a][c] || !links[b][c] || !links[a][c]->path || !links[b][c]->path) continue;
        const pcie_path one = *links[a][c]->path;
        const pcie_path other = *links[b][c]->path;
        if (one != other) return std::min(one, other);
        at_least = std::max(at_least, one);
    }
    return at_least;
}

/// The NUMA nodes of GPUs whose text lists none: one for each group of GPUs whose paths do not cross between processors.
/// Unknown where every GPU would have one of its own, as virtual machines make it seem.
[[nodiscard]] inline std::vector<int> grouped_numa_nodes(const link_words& links) {
    const auto crosses = [&](std::size_t a, std::size_t b) {
        const pcie_path path = links[a][b]->path ? *links[a][b]->path : shown_path(links, a, b, pcie_path::same_cpu);
        return path == pcie_path::cross_cpu;
    };
    std::vector<int> numa(links.size(), unknown_numa);
    int next = 0;
    for (std::size_t g = 0; g < links.size(); ++g) {
        std::size_t beside = 0;
        while (beside < g && crosses(g, beside)) ++beside;
        numa[g] = beside < g ? numa[beside] : next++;
    }
    if (next > 1 && static_cast<std::size_t>(next) == links.size()) numa.assign(links.size(), unknown_numa);
    return numa;
}

} // namespace gpupack::io::detail
