// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace gpupack::inline GPUPACK_ABI::io {

/// Whether a field says that there is no value: empty, or one of the words that pandas, databases and Slurm write.
[[nodiscard]] inline bool is_missing(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 12> words{"nan",  "none", "null",    "nat", "na", "n/a",
                                                     "<na>", "-",    "unknown", "\\n", "--", "undefined"};
    if (text.empty()) return true;
    if (text.size() > 9) return false;
    std::string lower{text};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::find(words.begin(), words.end(), lower) != words.end();
}

/// A decimal number as it was written: digits times a power of ten.
struct decimal {
    std::int64_t digits = 0; ///< At most 18 of them; further ones are cut off.
    int exponent = 0;        ///< Of ten.

    /// The number times numerator over denominator, in whole numbers.
    ///
    /// @param numerator    from 1 to 2^62
    /// @param denominator  from 1
    /// @param up           whether a fraction is rounded up; else down
    /// @return the product, or nothing where it does not fit
    [[nodiscard]] std::optional<std::int64_t> scaled(std::int64_t numerator, std::int64_t denominator = 1,
                                                     bool up = false) const noexcept {
        __extension__ using wide = __int128;
        constexpr wide most = std::numeric_limits<std::int64_t>::max();
        wide product = wide{digits} * numerator;
        wide divisor = denominator;
        for (int i = exponent; i > 0 && product != 0; --i) {
            if (product > most || product < -most) return std::nullopt;
            product *= 10;
        }
        for (int i = exponent; i < 0; ++i) {
            if (divisor > wide{most} * 1'000'000'000) break; // the quotient is below one in any case
            divisor *= 10;
        }
        wide quotient = product / divisor;
        const wide remainder = product % divisor;
        if (remainder > 0 && up) ++quotient;
        if (remainder < 0 && !up) --quotient;
        if (quotient > most || quotient < -most) return std::nullopt;
        return static_cast<std::int64_t>(quotient);
    }

    /// Whether the number is whole.
    [[nodiscard]] bool is_whole() const noexcept {
        std::int64_t rest = digits;
        for (int i = exponent; i < 0; ++i) {
            if (rest % 10 != 0) return false;
            rest /= 10;
        }
        return true;
    }
};

/// Reads a decimal number: 4000, 4000.0, .5, 4e3, -1; no thousands separators.
///
/// @return the number, or nothing where the text is no such number
[[nodiscard]] inline std::optional<decimal> parse_decimal(std::string_view text) noexcept {
    constexpr int most_digits = 18;
    decimal number;
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    int digits = 0;
    bool any = false;
    bool after_point = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        if (text[i] == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9') break;
        any = true;
        if (digits < most_digits) {
            number.digits = number.digits * 10 + (text[i] - '0');
            digits += number.digits == 0 ? 0 : 1;
            number.exponent -= after_point ? 1 : 0;
        } else {
            number.exponent += after_point ? 0 : 1;
        }
    }
    if (!any) return std::nullopt;
    if (i < text.size()) {
        if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
        ++i;
        if (i < text.size() && text[i] == '+') ++i;
        int exponent = 0;
        const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
        if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        if (exponent > 400 || exponent < -400) return std::nullopt;
        number.exponent += exponent;
    }
    if (negative) number.digits = -number.digits;
    return number;
}

/// Reads a whole number; decimals must be zero: pandas writes 4000.0 where a column has gaps.
[[nodiscard]] inline std::optional<std::int64_t> parse_whole(std::string_view text) noexcept {
    const auto number = parse_decimal(text);
    if (!number || !number->is_whole()) return std::nullopt;
    return number->scaled(1);
}

} // namespace gpupack::inline GPUPACK_ABI::io
