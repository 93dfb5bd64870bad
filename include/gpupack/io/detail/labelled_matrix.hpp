// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
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

/// A square table whose rows and columns are GPUs, under a title: one of those that rocm-smi, amd-smi and
/// `nvidia-smi topo -p2p` print.
struct labelled_matrix {
    /// One row of it.
    struct row {
        std::size_t line = 0; ///< In the text; 0: the row is missing.
        std::vector<std::string> words;
    };
    std::string title;              ///< The line before the header that has a letter in it.
    std::size_t line = 0;           ///< Of the header.
    std::vector<std::string> names; ///< GPU0, GPU1, ..., or addresses on the PCI bus.
    std::vector<row> rows;          ///< [names]
    std::string unknown_row;        ///< The first GPU that has a row and no column; empty: none.
    std::size_t unknown_line = 0;   ///< Where that row is.
};

/// How long an address on the PCI bus, 0000:0c:00.0, is at the start of a text; 0 where there is none.
[[nodiscard]] constexpr std::size_t bus_id_at(std::string_view text) noexcept {
    constexpr std::string_view shape = "hhhh:hh:hh.h";
    if (text.size() < shape.size()) return 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const char c = text[i];
        const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (shape[i] == 'h' ? !hex : c != shape[i]) return 0;
    }
    return shape.size();
}

/// Finds the tables of that kind in a text, whatever is around them.
class labelled_matrices {
  public:
    /// @param content  decoded
    explicit labelled_matrices(std::string_view content) {
        for_each_line(content, [&](std::size_t number, std::string_view line) {
            take(number, plain_line(line));
            return all_.size() < 100;
        });
    }

    /// Those that were found, in their order; the last row of one that is cut may be short.
    [[nodiscard]] const std::vector<labelled_matrix>& all() const noexcept { return all_; }

  private:
    /// The name of a GPU at the start of a text, of whichever kind.
    [[nodiscard]] static std::size_t name_at(std::string_view text) noexcept {
        const std::size_t bus = bus_id_at(text);
        return bus > 0 ? bus : numbered_at(text, "GPU");
    }

    [[nodiscard]] static std::vector<std::string> names_of(std::string_view text) {
        std::vector<std::string> names;
        for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
            const std::size_t length = name_at(text);
            if (length == 0) return {};
            names.emplace_back(text.substr(0, length));
            text.remove_prefix(length);
        }
        return names;
    }

    void take(std::size_t number, const std::string& line) {
        if (line.empty()) return;
        for (std::size_t begin = 0; begin < line.size() && begin < 200; ++begin) {
            if (begin > 0 && is_word_character(line[begin - 1])) continue;
            if (name_at(std::string_view{line}.substr(begin)) == 0) continue;
            const std::string_view rest = std::string_view{line}.substr(begin);
            if (take_row(number, rest) || continue_header(rest) || take_header(number, rest)) return;
        }
        if (continue_row(line)) return;
        const bool has_letter =
            std::any_of(line.begin(), line.end(), [](char c) { return is_word_character(c) && !is_digit(c); });
        if (has_letter) title_ = line.substr(0, 200);
    }

    [[nodiscard]] bool take_header(std::size_t number, std::string_view text) {
        std::vector<std::string> names = names_of(text);
        if (names.empty() || names.size() > 1024 || (is_gpu(names[0]) && names[0] != "GPU0")) return false;
        const std::vector<labelled_matrix::row> rows(names.size());
        all_.push_back({std::exchange(title_, {}), number, std::move(names), rows});
        last_ = nullptr;
        return true;
    }

    /// The rest of a header that the edge of a terminal has cut: the GPU after the last, before any row.
    [[nodiscard]] bool continue_header(std::string_view text) {
        if (all_.empty() || last_ != nullptr) return false;
        labelled_matrix& matrix = all_.back();
        const std::vector<std::string> names = names_of(text);
        const std::size_t all = matrix.names.size() + names.size();
        const bool numbered = is_gpu(matrix.names[0]);
        const std::string next = std::string{"GPU"}.append(std::to_string(matrix.names.size()));
        if (names.empty() || all > 1024 || is_gpu(names[0]) != numbered || (numbered && names[0] != next)) return false;
        matrix.names.insert(matrix.names.end(), names.begin(), names.end());
        matrix.rows.resize(all);
        return true;
    }

    /// Remembers a row of a GPU that the header does not name, as where both were cut off.
    void note_unknown(labelled_matrix& matrix, std::size_t number, std::string_view name,
                      std::string_view cells_text) const {
        const std::vector<std::string> words = parted(cells_text);
        const bool plain =
            std::all_of(words.begin(), words.end(), [](const std::string& word) { return is_cell(word); });
        if (last_ == nullptr || !plain || words.empty() || 2 * words.size() < matrix.names.size() ||
            !matrix.unknown_row.empty())
            return;
        matrix.unknown_row = std::string{name};
        matrix.unknown_line = number;
    }

    [[nodiscard]] bool take_row(std::size_t number, std::string_view text) {
        if (all_.empty()) return false;
        labelled_matrix& matrix = all_.back();
        const std::size_t length = name_at(text);
        const auto name = std::find(matrix.names.begin(), matrix.names.end(), text.substr(0, length));
        if (name == matrix.names.end()) {
            note_unknown(matrix, number, text.substr(0, length), text.substr(length));
            return false;
        }
        labelled_matrix::row& row = matrix.rows[static_cast<std::size_t>(name - matrix.names.begin())];
        std::vector<std::string> words = parted(text.substr(length));
        // the header of the next table, a row that a legend repeats, or a line about one GPU
        if (row.line != 0 || words.empty() || name_at(words[0]) > 0 || words[0][0] == ':' || words[0][0] == '[')
            return false;
        row = {number, std::move(words)};
        last_ = &row;
        return true;
    }

    /// The rest of a row that the edge of a terminal has cut.
    [[nodiscard]] bool continue_row(const std::string& line) {
        if (last_ == nullptr || last_->words.size() >= all_.back().names.size()) return false;
        std::vector<std::string> words = parted(line);
        const bool plain =
            std::all_of(words.begin(), words.end(), [](const std::string& word) { return is_cell(word); });
        if (!plain || last_->words.size() + words.size() > all_.back().names.size()) return false;
        last_->words.insert(last_->words.end(), words.begin(), words.end());
        return true;
    }

    [[nodiscard]] static bool is_cell(std::string_view word) noexcept {
        return std::find(cells.begin(), cells.end(), word) != cells.end() || digits_at(word) == word.size();
    }

    /// The words of a row; those of links that are glued are parted.
    [[nodiscard]] static std::vector<std::string> parted(std::string_view text) {
        std::vector<std::string> words;
        for (const std::string& word : words_of(text)) {
            std::vector<std::string> parts;
            std::string_view rest = word;
            for (bool found = true; found && !rest.empty();) {
                found = false;
                for (const std::string_view cell : cells)
                    if (!found && cell.size() > 2 && rest.starts_with(cell)) {
                        parts.emplace_back(cell);
                        rest.remove_prefix(cell.size());
                        found = true;
                    }
                if (!found && rest == "0") {
                    parts.emplace_back(rest);
                    rest = {};
                }
            }
            if (rest.empty())
                words.insert(words.end(), parts.begin(), parts.end());
            else
                words.push_back(word);
        }
        return words;
    }

    static constexpr std::array<std::string_view, 18> cells{"XGMI",     "PCIE", "SELF",  "N/A", "UNKNOWN", "ENABLED",
                                                            "DISABLED", "True", "False", "CNS", "GNS",     "TNS",
                                                            "OK",       "NS",   "DR",    "U",   "X",       "QPI"};

    std::vector<labelled_matrix> all_;
    labelled_matrix::row* last_ = nullptr;
    std::string title_;
};

/// What is wrong with a table: a row that is missing, too short or too long, or of a GPU without a column; nothing where it is whole.
[[nodiscard]] inline std::optional<input_error> damage_of(const std::string& file, const labelled_matrix& matrix) {
    if (!matrix.unknown_row.empty())
        return input_error{file, matrix.unknown_line, "row", matrix.unknown_row, "a GPU of the header"};
    for (std::size_t a = 0; a < matrix.rows.size(); ++a) {
        const labelled_matrix::row& row = matrix.rows[a];
        if (row.line == 0)
            return input_error{file, matrix.line, "row", matrix.names[a], "a row for each GPU of the header"};
        if (row.words.size() != matrix.names.size())
            return input_error{file, row.line, matrix.names[a], std::to_string(row.words.size()).append(" entries"),
                               std::to_string(matrix.names.size())};
    }
    return std::nullopt;
}

} // namespace gpupack::io::detail
