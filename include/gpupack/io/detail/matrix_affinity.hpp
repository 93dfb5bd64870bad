// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/matrix_header.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// The cells behind the links of a row of `nvidia-smi topo -m`: processors, their NUMA node, that of the GPU's own memory.
namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A whole number in plain digits; none where the text is anything else, or beyond a million.
[[nodiscard]] inline std::optional<int> small_number(std::string_view text) noexcept {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > 1'000'000)
        return std::nullopt;
    return number;
}

/// The lengths of the ranges of a list like "0-47,96-143"; none where it is no such list, or its numbers do not rise.
[[nodiscard]] inline std::optional<std::vector<int>> range_lengths(std::string_view list) {
    std::vector<int> lengths;
    int last = -1;
    while (true) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view range = list.substr(0, comma);
        const std::size_t dash = std::min(range.find('-'), range.size());
        const auto first = small_number(range.substr(0, dash));
        const auto end = dash == range.size() ? first : small_number(range.substr(dash + 1));
        if (!first || !end || *first <= last || *end < *first) return std::nullopt;
        lengths.push_back(*end - *first + 1);
        last = *end;
        if (comma == list.size()) return lengths;
        list.remove_prefix(comma + 1);
    }
}

/// The first number of a NUMA cell: of "0", or of a list, "0,3-9". None where the cell is something else.
[[nodiscard]] inline std::optional<int> first_numa_node(std::string_view cell) {
    if (!range_lengths(cell)) return std::nullopt;
    return small_number(cell.substr(0, std::min(cell.find_first_of(",-"), cell.size())));
}

/// Parts "144-1911" into "144-191" and "1": a list of processors with their NUMA node glued to its end. Hyper-threads double
/// the list, so its ranges are equally long; if exactly one way to part it leaves them so, and not parting it does not, it is
/// that way. One range alone leaves it open.
[[nodiscard]] inline std::optional<std::pair<std::string, std::string>> parted_processors(std::string_view list) {
    const auto even = [](std::string_view text) {
        const auto lengths = range_lengths(text);
        if (!lengths || lengths->size() < 2) return false;
        for (const int length : *lengths)
            if (length != lengths->front()) return false;
        return true;
    };
    std::optional<std::pair<std::string, std::string>> only;
    if (even(list)) return std::nullopt;
    for (std::size_t digits = 1; digits <= 2 && digits < list.size(); ++digits) {
        const std::string_view node = list.substr(list.size() - digits);
        const bool plain = digits_at(node) == digits && (digits == 1 || node[0] != '0');
        if (!plain || !even(list.substr(0, list.size() - digits))) continue;
        if (only) return std::nullopt;
        only = {std::string{list.substr(0, list.size() - digits)}, std::string{node}};
    }
    return only;
}

/// The cells behind the links of a row: words, with N/A parted from a number that is glued before it, and lists joined that a
/// blank has parted.
[[nodiscard]] inline std::vector<std::string> affinity_cells(std::string_view text) {
    std::vector<std::string> cells;
    for (std::string word : words_of(text)) {
        if (!cells.empty() && cells.back().ends_with(',') && is_digit(word[0])) {
            cells.back().append(word);
            continue;
        }
        std::size_t unknown = 0;
        for (; word.size() > 3 && word.ends_with("N/A"); ++unknown) word.resize(word.size() - 3);
        cells.push_back(std::move(word));
        cells.insert(cells.end(), unknown, "N/A");
    }
    return cells;
}

/// What a row says of the NUMA node of its GPU's processors.
struct numa_cell {
    std::string text;        ///< As it stands there; empty where there is none.
    std::optional<int> node; ///< The number; none: unknown.
    bool garbled = false;    ///< Whether the cells cannot be told apart.
};

/// Finds the NUMA cell among what stands behind the links of a row.
class affinity_reader {
  public:
    affinity_reader(const matrix_header& header, std::string_view tail) : header_{header}, tail_{tail} {}

    [[nodiscard]] numa_cell numa() {
        if (!header_.numa) return {};
        words_ = affinity_cells(tail_);
        for (const std::string& word : words_)
            garbled_ = garbled_ || (word != "N/A" && !range_lengths(word) && !parted_processors(word));
        if (header_.gpu_numa) drop_gpu_numa();
        if (garbled_) return {std::string{trimmed(tail_)}, std::nullopt, true};
        if (!header_.cpu) return cell(words_.empty() ? "" : words_.front());
        if (words_.size() >= 2) return cell(words_[1]);
        if (words_.empty()) return {};
        if (auto parted = parted_processors(words_[0])) return cell(parted->second);
        if (const auto second = after_empty_cell()) return *second ? cell(words_[0]) : numa_cell{};
        // A single cell is that of the processors, unless it is just a number.
        const bool number = small_number(words_[0]).has_value() || words_[0] == "N/A";
        return number ? cell(words_[0]) : numa_cell{};
    }

  private:
    void drop_gpu_numa() {
        if (words_.empty()) return;
        if (words_.back() == "N/A" || small_number(words_.back()).has_value())
            words_.pop_back(); // that cell is never empty
        else if (words_.size() > 2)
            garbled_ = true;
    }

    /// With tabs between the cells: whether the first of two is empty. None: without tabs, nobody knows.
    [[nodiscard]] std::optional<bool> after_empty_cell() const {
        const std::size_t tab = tail_.find('\t');
        if (tab == std::string_view::npos) return std::nullopt;
        const std::size_t second = tail_.find('\t', tab + 1);
        if (second == std::string_view::npos) return std::nullopt;
        return trimmed(tail_.substr(tab + 1, second - tab - 1)).empty();
    }

    [[nodiscard]] static numa_cell cell(std::string_view text) {
        return {std::string{text}, first_numa_node(text), text != "N/A" && !text.empty() && !first_numa_node(text)};
    }

    const matrix_header& header_;
    std::string_view tail_;
    std::vector<std::string> words_;
    bool garbled_ = false;
};

} // namespace gpupack::io::detail
