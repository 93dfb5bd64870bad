// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A word of a bitmap: up to eight hexadecimal digits, with or without 0x before them. An empty one is zero.
[[nodiscard]] inline std::optional<std::uint32_t> bitmap_word(std::string_view text) noexcept {
    if (text.empty()) return 0U;
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    std::uint32_t word = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return word;
}

/// The lowest number in a set of hwloc: words of 32 bits between commas, the highest first ("0x00000001,,0x0"), of which the
/// first may stand for all numbers up from there ("0xf...f").
///
/// @return the number; -1 where the set is empty; nothing where the text is no such set
///
/// Source: docs/sources.md#hwloc.
[[nodiscard]] inline std::optional<int> first_of_bitmap(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    int first = -1;
    int below = 0; // numbers of the words that were seen
    while (true) {
        const std::size_t comma = text.rfind(',');
        const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
        const std::string_view digits = text.substr(begin);
        const bool endless = begin == 0 && digits == "0xf...f";
        const auto word = endless ? std::optional<std::uint32_t>{1U} : bitmap_word(digits);
        if (!word || below > 1'000'000) return std::nullopt;
        if (first < 0 && *word != 0) first = below + std::countr_zero(*word);
        if (comma == std::string_view::npos) return first;
        below += 32;
        text = text.substr(0, comma);
    }
}

} // namespace gpupack::io::detail
