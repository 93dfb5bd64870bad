// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity_style.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// An amount and how Kubernetes holds it.
struct quantity_parts {
    wide nanos = 0;
    quantity_style style = quantity_style::decimal;
    std::int64_t mantissa = 0;
    std::int32_t scale = 0; ///< The power of ten of the mantissa.
    bool canonical = false; ///< Kubernetes keeps the text that it read.
    bool compact = true;    ///< Held as mantissa and scale, not as a number of any length.
};

struct quantity_suffix {
    std::string_view text;
    std::int32_t exponent;
    quantity_style style;
};

inline constexpr std::array<quantity_suffix, 16> quantity_suffixes{{{"n", -9, quantity_style::decimal},
                                                                    {"u", -6, quantity_style::decimal},
                                                                    {"m", -3, quantity_style::decimal},
                                                                    {"", 0, quantity_style::decimal},
                                                                    {"k", 3, quantity_style::decimal},
                                                                    {"M", 6, quantity_style::decimal},
                                                                    {"G", 9, quantity_style::decimal},
                                                                    {"T", 12, quantity_style::decimal},
                                                                    {"P", 15, quantity_style::decimal},
                                                                    {"E", 18, quantity_style::decimal},
                                                                    {"Ki", 10, quantity_style::binary},
                                                                    {"Mi", 20, quantity_style::binary},
                                                                    {"Gi", 30, quantity_style::binary},
                                                                    {"Ti", 40, quantity_style::binary},
                                                                    {"Pi", 50, quantity_style::binary},
                                                                    {"Ei", 60, quantity_style::binary}}};

[[nodiscard]] inline std::optional<quantity_suffix> suffix_of_quantity(std::string_view text) {
    for (const quantity_suffix& suffix : quantity_suffixes)
        if (suffix.text == text) return suffix;
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
    std::string_view digits = text.substr(1);
    if (digits[0] == '+') digits.remove_prefix(1);
    std::int32_t exponent = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc{} || end != digits.data() + digits.size() || exponent < -1000 || exponent > 1000)
        return std::nullopt;
    return quantity_suffix{text, exponent, quantity_style::exponent};
}

/// Digits as a number.
struct digits_value {
    wide value = 0;
};

[[nodiscard]] inline digits_value value_of_digits(std::string_view digits) noexcept {
    digits_value read;
    for (const char digit : digits) read.value = saturated(saturated_product(read.value, 10) + (digit - '0'));
    return read;
}

/// num.denom * 10^exponent in 10^-9, rounded up.
[[nodiscard]] inline wide decimal_nanos(std::string_view whole, std::string_view fraction, std::int64_t exponent) {
    const std::size_t kept = std::min<std::size_t>(fraction.size(), 28);
    const bool rest = fraction.substr(kept).find_first_not_of('0') != std::string_view::npos;
    const auto shifted = [&](std::string_view digits, std::int64_t power) -> wide {
        const wide value = value_of_digits(digits).value;
        if (power >= 0) return saturated_product(value, power_of_ten(power));
        return power < -38 ? wide{value != 0} : ceiling(value, power_of_ten(-power));
    };
    const std::string all = std::string{whole}.append(fraction.substr(0, kept));
    const std::int64_t power = exponent - static_cast<std::int64_t>(kept) + 9;
    if (all.find_first_not_of('0') == std::string::npos) return rest ? 1 : 0;
    const std::size_t start = all.find_first_not_of('0');
    // Beyond 28 digits the ends are added one by one: what is lost lies far below 10^-9, or the amount saturates.
    if (all.size() - start > 28 && power < 0)
        return saturated(shifted(whole, exponent + 9) + shifted(fraction.substr(0, kept), power));
    return saturated(shifted(all, power) + (rest && power >= 0 ? 1 : 0));
}

/// num.denom * 2^exponent in 10^-9, rounded up.
[[nodiscard]] inline wide binary_nanos(std::string_view whole, std::string_view fraction, std::int32_t exponent) {
    const wide factor = wide{1} << exponent;
    const wide whole_part = saturated_product(saturated_product(value_of_digits(whole).value, factor), nanos_in_one);
    const std::size_t kept = std::min<std::size_t>(fraction.size(), 18);
    const wide scale = power_of_ten(static_cast<std::int64_t>(kept));
    const wide product = value_of_digits(fraction.substr(0, kept)).value * factor;
    const bool rest = fraction.substr(kept).find_first_not_of('0') != std::string_view::npos;
    const wide nanos = product / scale * nanos_in_one + ceiling(product % scale * nanos_in_one, scale) + (rest ? 1 : 0);
    return std::min(saturated(whole_part + nanos), wide{std::numeric_limits<std::int64_t>::max()} * nanos_in_one);
}

/// Mantissa and scale as Kubernetes keeps them for short numbers; false where it uses a number of any length.
inline bool compact_parts(std::string_view whole, std::string_view fraction, const quantity_suffix& suffix,
                          bool negative, quantity_parts& parts) {
    const auto digits = static_cast<std::int32_t>(whole.size() + fraction.size());
    std::int32_t scale = suffix.exponent;
    std::int32_t precision = 18 - digits;
    std::int64_t factor = 1;
    if (suffix.style == quantity_style::binary) {
        if (!fraction.empty()) return false;
        scale = 0;
        factor = std::int64_t{1} << suffix.exponent;
        precision = 15 - static_cast<std::int32_t>(whole.size()) - suffix.exponent * 3 / 10 - 1;
    }
    scale -= static_cast<std::int32_t>(fraction.size());
    if (precision < 0 || scale < -9) return false;
    const std::string shifted = std::string{whole}.append(fraction);
    const wide value = value_of_digits(shifted).value;
    const wide product = value * factor;
    if (product != clamped(product)) return false;
    parts.mantissa = static_cast<std::int64_t>(negative ? -product : product);
    parts.scale = scale;
    parts.canonical = suffix.style == quantity_style::binary
                          ? suffix.exponent % 10 == 0 && (value & 7) != 0
                          : scale % 3 == 0 && !shifted.ends_with("000") && shifted[0] != '0';
    return true;
}

/// Reads an amount, or nothing where the text is none.
[[nodiscard]] inline std::optional<quantity_parts> read_quantity(std::string_view text) {
    if (text.empty()) return std::nullopt;
    bool negative = false;
    std::string_view rest = text;
    if (rest[0] == '-' || rest[0] == '+') {
        negative = rest[0] == '-';
        rest.remove_prefix(1);
        if (rest.empty()) return quantity_parts{};
    }
    const auto take_digits = [&rest] {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const std::string_view digits = rest.substr(0, end);
        rest.remove_prefix(end);
        return digits;
    };
    std::string_view whole = take_digits();
    std::string_view fraction;
    const bool point = rest.starts_with('.');
    if (point) {
        rest.remove_prefix(1);
        fraction = take_digits();
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    const auto suffix = suffix_of_quantity(rest);
    if (!suffix) return std::nullopt;
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    if (whole.empty()) whole = "0";
    quantity_parts parts;
    parts.style = suffix->style;
    const wide size = suffix->style == quantity_style::binary ? binary_nanos(whole, fraction, suffix->exponent)
                                                              : decimal_nanos(whole, fraction, suffix->exponent);
    parts.nanos = negative ? -size : size;
    parts.compact = compact_parts(whole, fraction, *suffix, negative, parts);
    if (!parts.compact && suffix->style == quantity_style::binary && size < nanos_in_one && size > 0)
        parts.style = quantity_style::decimal;
    return parts;
}

/// The digits and the power of ten, a multiple of 3 from -9, of an amount that is not 0.
[[nodiscard]] inline std::string write_decimal(wide nanos, quantity_style style) {
    std::int32_t exponent = -9;
    while (nanos % 1000 == 0 && (exponent < 18 || style == quantity_style::exponent)) {
        nanos /= 1000;
        exponent += 3;
    }
    std::string text;
    for (wide rest = nanos < 0 ? -nanos : nanos; rest != 0; rest /= 10)
        text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    if (nanos < 0) text.push_back('-');
    std::ranges::reverse(text);
    if (style == quantity_style::exponent)
        return exponent == 0 ? text : text.append("e").append(std::to_string(exponent));
    for (const quantity_suffix& suffix : quantity_suffixes)
        if (suffix.style == quantity_style::decimal && suffix.exponent == exponent) text.append(suffix.text);
    return text;
}

[[nodiscard]] inline std::string write_quantity(wide nanos, quantity_style style) {
    if (nanos == 0) return "0";
    const bool small = nanos > -1024 * nanos_in_one && nanos < 1024 * nanos_in_one;
    if (style != quantity_style::binary) return write_decimal(nanos, style);
    if (small || nanos % nanos_in_one != 0) return write_decimal(nanos, quantity_style::decimal);
    wide value = nanos / nanos_in_one;
    std::int32_t exponent = 0;
    while (value % 1024 == 0 && exponent < 60) {
        value /= 1024;
        exponent += 10;
    }
    // Without a suffix: the digits of a whole number in no unit.
    std::string text;
    for (wide rest = value < 0 ? -value : value; rest != 0; rest /= 10)
        text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    if (value < 0) text.push_back('-');
    std::ranges::reverse(text);
    for (const quantity_suffix& suffix : quantity_suffixes)
        if (suffix.style == quantity_style::binary && suffix.exponent == exponent) text.append(suffix.text);
    return text;
}

} // namespace gpupack::dialect::dra::detail
