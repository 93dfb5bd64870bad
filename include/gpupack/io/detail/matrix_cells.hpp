// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/topology/link.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What a word of the matrix means: a PCIe path, or NVLinks, which hide it.
struct link_word {
    std::optional<pcie_path> path;
    int nvlinks = 0;

    friend bool operator==(const link_word&, const link_word&) = default;
};

/// The words of `nvidia-smi topo -m` for PCIe paths; SOC is what drivers before 2017 print for SYS.
inline constexpr std::array<std::pair<std::string_view, pcie_path>, 7> path_words_read{
    {{"SYS", pcie_path::cross_cpu},
     {"SOC", pcie_path::cross_cpu},
     {"NODE", pcie_path::same_cpu},
     {"PHB", pcie_path::host_bridge},
     {"PXB", pcie_path::multi_switch},
     {"PIX", pcie_path::single_switch},
     {"PSB", pcie_path::same_board}}};

[[nodiscard]] inline std::optional<link_word> parse_link_word(std::string_view word) {
    for (const auto& [text, path] : path_words_read)
        if (word == text) return link_word{path, 0};
    int links = 0;
    if (!word.starts_with("NV")) return std::nullopt;
    const auto [end, error] = std::from_chars(word.data() + 2, word.data() + word.size(), links);
    if (error != std::errc{} || end != word.data() + word.size() || links < 1 || links > max_nvlinks)
        return std::nullopt;
    return link_word{std::nullopt, links};
}

/// How long NV# is at the start of a text; 0 where it is not there. Where a list of processors is glued to it, "NV180-51",
/// two digits are taken if they are a number of links and what is left can begin a list.
[[nodiscard]] constexpr std::size_t nvlinks_at(std::string_view text) noexcept {
    if (!text.starts_with("NV")) return 0;
    const std::size_t digits = digits_at(text.substr(2));
    const bool glued =
        digits > 2 || (digits > 1 && text.size() > 2 + digits && (text[2 + digits] == '-' || text[2 + digits] == ','));
    if (digits == 0 || !glued) return digits == 0 ? 0 : 2 + digits;
    const bool two = text[2] == '1' && text[3] <= '8' && digits > 2;
    return two ? 4 : 3;
}

/// How long the word is that a text begins with, whatever follows; 0 where there is none.
[[nodiscard]] constexpr std::size_t cell_start_at(std::string_view text) noexcept {
    if (const std::size_t length = nvlinks_at(text); length > 0) return length;
    for (const auto& [word, path] : path_words_read)
        if (text.starts_with(word)) return word.size();
    return text.starts_with('X') ? 1 : 0;
}

/// How long the word of a cell is at the start of a text; 0 where there is none. Nothing but a blank, another such word, or
/// the list of processors may follow it.
[[nodiscard]] constexpr std::size_t cell_at(std::string_view text) noexcept {
    const std::size_t length = cell_start_at(text);
    if (length == 0) return 0;
    const std::string_view rest = text.substr(length);
    const bool ends = rest.empty() || is_blank(rest[0]) || is_digit(rest[0]) || rest.starts_with("N/A");
    return ends || cell_start_at(rest) > 0 ? length : 0;
}

/// The cells at the start of a text, and where they end.
struct cell_run {
    std::vector<std::string> words;
    std::size_t end = 0; ///< Behind the last of them.
};

[[nodiscard]] inline cell_run cells_of(std::string_view text) {
    cell_run run;
    for (std::size_t i = 0; i < text.size();) {
        if (is_blank(text[i])) {
            ++i;
            continue;
        }
        const std::size_t length = cell_at(text.substr(i));
        if (length == 0) break;
        run.words.emplace_back(text.substr(i, length));
        i += length;
        run.end = i;
    }
    return run;
}

/// Whether a text may be the start of a word that a log line, or the edge of a terminal, has cut.
[[nodiscard]] constexpr bool is_cut_cell(std::string_view text) noexcept {
    if (text.empty() || text.size() > 3) return false;
    if (text == "N" || text == "NV") return true;
    for (const auto& [word, path] : path_words_read)
        if (word.size() > text.size() && word.starts_with(text)) return true;
    return false;
}

} // namespace gpupack::io::detail
