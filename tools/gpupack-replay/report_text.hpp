// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace replay_program {

/// Text for HTML, in an element or in a quoted attribute.
[[nodiscard]] inline std::string html_text(std::string_view text) {
    std::string told;
    told.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&': told += "&amp;"; break;
        case '<': told += "&lt;"; break;
        case '>': told += "&gt;"; break;
        case '"': told += "&quot;"; break;
        case '\'': told += "&#39;"; break;
        default: told += c;
        }
    }
    return told;
}

/// A JSON string with its quotes, safe inside a script element.
[[nodiscard]] inline std::string json_text(std::string_view text) {
    std::string told = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || c == '<' || c == '>' || c == '&' || c == '"' || c == '\\')
            told += fmt::format("\\u{:04x}", unsigned{code});
        else
            told += c;
    }
    return told + "\"";
}

/// The text, cut to at most `most` bytes at the end of a character.
[[nodiscard]] inline std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string{text};
    std::size_t length = most > 3 ? most - 3 : 0;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) --length;
    return std::string{text.substr(0, length)} + "\u2026";
}

/// A number with `decimals` decimals and commas between thousands; a dash where it is not finite.
[[nodiscard]] inline std::string grouped(double value, int decimals = 0) {
    if (!std::isfinite(value)) return "\u2013";
    std::string digits = fmt::format("{:.{}f}", std::fabs(value), decimals);
    const bool zero = digits.find_first_not_of("0.") == std::string::npos;
    const std::size_t point = digits.find('.');
    for (std::size_t at = point == std::string::npos ? digits.size() : point; at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return value < 0 && !zero ? "\u2212" + digits : digits;
}

[[nodiscard]] inline std::string grouped(std::size_t value) {
    return grouped(static_cast<double>(value));
}

/// "95.4 %".
[[nodiscard]] inline std::string percent_text(double value) {
    return grouped(value, 1) + "\u202f%";
}

/// Of policies in order, how many read the same in some measure as the first.
template <class Policies, class Measure>
[[nodiscard]] std::size_t tied_with_best(const Policies& policies, Measure measure) {
    const std::string best = percent_text((policies.front().*measure).mean);
    std::size_t count = 0;
    while (count < policies.size() && percent_text((policies[count].*measure).mean) == best) ++count;
    return count;
}

/// "1 node", "2 nodes".
[[nodiscard]] inline std::string counted(std::size_t count, std::string_view one) {
    return fmt::format("{} {}{}", grouped(count), one, count == 1 ? "" : "s");
}

/// Seconds as a person says them: "42 s", "7.5 min", "3.2 h", "1.8 days".
[[nodiscard]] inline std::string duration_text(double seconds) {
    if (seconds < 99.5) return grouped(seconds) + " s";
    if (seconds < 99.5 * 60) return grouped(seconds / 60, 1) + " min";
    if (seconds < 48.0 * 3600) return grouped(seconds / 3600, 1) + " h";
    return grouped(seconds / 86400, 1) + " days";
}

} // namespace replay_program
