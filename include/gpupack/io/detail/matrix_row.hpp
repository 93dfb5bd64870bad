// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/matrix_cells.hpp>
#include <gpupack/io/detail/matrix_header.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Whether a text consists of nothing but what stands behind the links of a row.
[[nodiscard]] inline bool is_affinity(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    return !words.empty() && std::all_of(words.begin(), words.end(), [](std::string_view word) {
        while (word.ends_with("N/A")) word.remove_suffix(3);
        while (word.ends_with(',')) word.remove_suffix(1);
        return word.empty() || range_lengths(word).has_value();
    });
}

/// A row of the matrix, as far as it could be read.
struct matrix_row {
    std::size_t line = 0; ///< In the text; 0: the row is missing.
    std::string device;
    std::vector<std::string> words;  ///< Links, from left to right.
    std::string stop;                ///< The word behind them that is neither a link nor affinity; empty: none.
    std::string tail;                ///< What stands behind the links: affinity.
    bool is_of_other_matrix = false; ///< Whether the words are those of topo -p2p.
    std::string text;                ///< The links as they stand there, and the first letters of one that was cut.
    bool cut = false;                ///< Whether there are such letters.
    int waits = 0;                   ///< Lines since then that did not continue it.

    /// Reads the links, and what is behind them.
    void scan(std::string_view cells) {
        const cell_run run = cells_of(cells);
        words = run.words;
        text = std::string{cells.substr(0, run.end)};
        const std::string_view rest = cells.substr(run.end);
        const std::vector<std::string> left = words_of(rest);
        stop = left.empty() || is_affinity(left.front()) ? std::string{} : left.front();
        tail = std::string{rest};
        std::size_t letters = 0;
        while (letters < stop.size() && stop[letters] >= 'A' && stop[letters] <= 'Z') ++letters;
        if (const auto start = std::string_view{stop}.substr(0, letters); is_cut_cell(start)) {
            const std::size_t begin = cells.find_first_not_of(" \t", run.end);
            text.append(cells.substr(run.end, begin - run.end)).append(start);
            cut = true;
        }
    }

    /// Takes a line as the rest of this row, which a terminal or a log line has cut.
    ///
    /// @return whether it is that
    [[nodiscard]] bool continue_with(const std::string& more, const matrix_header& header) {
        if (waits > 4) return false;
        if (words.size() == header.devices.size() && is_gpu(device)) return continue_tail(more, header);
        for (const char* const gap : {"", " "}) {
            if (words.size() >= header.devices.size()) break;
            const std::string joined = std::string{text}.append(gap).append(more);
            matrix_row longer;
            longer.scan(joined);
            const bool fits = longer.words.size() > words.size() && longer.words.size() <= header.devices.size();
            const bool all = longer.words.size() == header.devices.size();
            const bool whole = longer.stop.empty() || longer.cut || (all && is_digit(longer.stop[0]));
            if (!fits || !whole || (*gap == '\0' && !all && !cut)) continue;
            longer.line = line;
            longer.device = device;
            *this = std::move(longer);
            return true;
        }
        ++waits;
        return false;
    }

  private:
    /// Takes a line as the rest of the affinity, parted or not, if either way leaves as many cells as there are titles.
    [[nodiscard]] bool continue_tail(const std::string& more, const matrix_header& header) {
        std::optional<std::string> only;
        for (const char* const gap : {"", " "}) {
            const std::string joined = std::string{tail}.append(gap).append(more);
            if (!is_affinity(joined) || parted_cells(joined).size() != static_cast<std::size_t>(header.titles))
                continue;
            if (only && parted_cells(*only) != parted_cells(joined)) return false;
            only = joined;
        }
        ++waits;
        if (!only || is_whole(tail, header)) return false;
        tail = *std::move(only);
        return true;
    }

    [[nodiscard]] static bool is_whole(std::string_view affinity, const matrix_header& header) {
        return is_affinity(affinity) && parted_cells(affinity).size() >= static_cast<std::size_t>(header.titles);
    }

    /// The cells of an affinity, glued ones one by one.
    [[nodiscard]] static std::vector<std::string> parted_cells(std::string_view affinity) {
        std::vector<std::string> cells = affinity_cells(affinity);
        const auto parted = cells.empty() ? std::nullopt : parted_processors(cells.front());
        if (!parted) return cells;
        cells.front() = parted->first;
        cells.insert(cells.begin() + 1, parted->second);
        return cells;
    }
};

/// The words of other matrices that nvidia-smi prints with the same header.
[[nodiscard]] inline bool is_peer_word(std::string_view word) noexcept {
    constexpr std::array<std::string_view, 8> words{"OK", "CNS", "GNS", "TNS", "NS", "DR", "U", "NS?"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// The row that a line holds behind whatever a log has put before it; none where it is another line.
[[nodiscard]] inline std::optional<matrix_row> row_in(const matrix_header& header, std::string_view line) {
    int tokens = 0;
    for (std::size_t i = 0; i < line.size() && tokens < 24; ++tokens) {
        while (i < line.size() && !is_word_character(line[i])) ++i;
        std::size_t end = i;
        while (end < line.size() && (is_word_character(line[end]) || line[end] == '.' || line[end] == '-')) ++end;
        std::string_view name = line.substr(i, end - i);
        std::size_t glued = std::max(numbered_at(name, "GPU"), numbered_at(name, "NIC"));
        if (glued > 0 && glued < name.size() && cell_at(line.substr(i + glued)) > 0) name = name.substr(0, glued);
        const bool known = std::find(header.devices.begin(), header.devices.end(), name) != header.devices.end();
        const std::size_t begin = i + name.size();
        const bool ends = begin == line.size() || is_blank(line[begin]) || cell_at(line.substr(begin)) > 0;
        if (ends && (known || is_gpu(name) || (!name.empty() && numbered_at(name, "NIC") == name.size()))) {
            matrix_row row;
            row.device = std::string{name};
            row.scan(line.substr(begin));
            const std::vector<std::string> words = words_of(line.substr(begin));
            const std::size_t first = std::min(words.size(), header.gpus);
            for (std::size_t w = 0; w < first; ++w) row.is_of_other_matrix |= is_peer_word(words[w]);
            const bool has_link = std::any_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(first),
                                              [](const std::string& word) { return cell_at(word) == word.size(); });
            if (!row.words.empty() || row.is_of_other_matrix || (known && (has_link || row.cut))) return row;
        }
        i = std::max(end, i + 1);
    }
    return std::nullopt;
}

} // namespace gpupack::io::detail
