// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/number_text.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Takes a number of so many digits off the front of a text.
[[nodiscard]] inline std::optional<int> take_digits(std::string_view& text, std::size_t least,
                                                    std::size_t most) noexcept {
    std::size_t count = 0;
    while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9') ++count;
    if (count < least) return std::nullopt;
    int number = 0;
    std::from_chars(text.data(), text.data() + count, number);
    text.remove_prefix(count);
    return number;
}

/// Takes one of some characters off the front of a text; 0 where there is none of them.
[[nodiscard]] inline char take_one(std::string_view& text, std::string_view characters) noexcept {
    if (text.empty() || characters.find(text.front()) == std::string_view::npos) return '\0';
    const char found = text.front();
    text.remove_prefix(1);
    return found;
}

/// Seconds east of Greenwich of "Z", "+08:00", "-0700", "+08", "UTC", or of an abbreviation that means one offset only.
[[nodiscard]] inline std::optional<int> parse_zone(std::string_view text) noexcept {
    struct zone {
        std::string_view name;
        int hours;
    };
    constexpr std::array<zone, 10> zones{{{"", 0},
                                          {"Z", 0},
                                          {"z", 0},
                                          {"UTC", 0},
                                          {"GMT", 0},
                                          {"PDT", -7},
                                          {"PST", -8},
                                          {"CET", 1},
                                          {"CEST", 2},
                                          {"JST", 9}}};
    if (text.ends_with(']')) text = text.substr(0, text.find('[')); // 2024-01-31T12:00:00+01:00[Europe/Berlin]
    for (const zone& each : zones)
        if (text == each.name) return each.hours * 3600;
    const char sign = take_one(text, "+-");
    if (sign == '\0') return std::nullopt;
    const auto hours = take_digits(text, 2, 2);
    (void)take_one(text, ":");
    const auto minutes = text.empty() ? std::optional<int>{0} : take_digits(text, 2, 2);
    if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
    return (sign == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

/// A date with or without a time of day; nothing where the text is none.
[[nodiscard]] inline std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
    const auto year = take_digits(text, 4, 4);
    const char dash = take_one(text, "-/");
    const bool is_basic = dash == '\0'; // 20240131T120000Z
    const auto month = take_digits(text, is_basic ? 2 : 1, 2);
    if (!year || !month || (!is_basic && take_one(text, "-/") != dash)) return std::nullopt;
    const auto day = take_digits(text, is_basic ? 2 : 1, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    std::int64_t seconds = std::chrono::sys_days{date}.time_since_epoch().count() * std::int64_t{86400};
    if (text.empty()) return seconds;
    if (take_one(text, "T t_") == '\0') return std::nullopt;
    const auto hour = take_digits(text, is_basic ? 2 : 1, 2);
    const char colon = take_one(text, ":");
    const auto minute = take_digits(text, 2, 2);
    if (!hour || (colon == '\0') != is_basic || !minute || *hour > 24 || *minute > 59) return std::nullopt;
    seconds += *hour * 3600 + *minute * 60;
    if (is_basic ? !text.empty() && text.front() >= '0' && text.front() <= '9' : take_one(text, ":") != '\0') {
        const auto second = take_digits(text, 2, 2);
        if (!second || *second > 60) return std::nullopt; // 60 is a leap second
        seconds += *second;
        if (take_one(text, ".,") != '\0' && !take_digits(text, 1, 9)) return std::nullopt;
    }
    while (take_one(text, " ") != '\0') {
    }
    const auto zone = parse_zone(text);
    if (!zone) return std::nullopt;
    return seconds - *zone;
}

} // namespace detail

/// Reads a point in time as seconds since 1970, or since the start of a trace.
///
/// Dates are ISO 8601 with a T or a blank, with or without dashes and colons, fractions and a zone; without a zone they are UTC.
/// Numbers
/// are seconds, whole or as pandas writes them; those too large for seconds are milliseconds, microseconds or
/// nanoseconds (from 10^11, 10^14 and 10^17 on). Fractions of a second are cut off.
///
/// @return the seconds, or nothing where the text is neither
[[nodiscard]] inline std::optional<std::int64_t> parse_instant(std::string_view text) noexcept {
    if (const auto number = parse_decimal(text)) {
        auto seconds = number->scaled(1);
        if (!seconds) return std::nullopt;
        for (const std::int64_t unit : {std::int64_t{1'000'000'000}, std::int64_t{1'000'000}, std::int64_t{1'000}})
            if (*seconds >= unit * 100'000'000) return number->scaled(1, unit);
        return seconds;
    }
    return detail::parse_date(text);
}

namespace detail {

/// Reads 1 days 02:03:04.5 and 2 days, 3:04:05, as pandas and Python write them, as days-hours:minutes:seconds; other texts as
/// they are.
[[nodiscard]] inline std::optional<std::int64_t> take_days(std::string_view& text) noexcept {
    std::string_view rest = text;
    const auto days = take_digits(rest, 1, 6);
    if (!days || !rest.starts_with(" day")) return std::nullopt;
    rest.remove_prefix(4);
    (void)take_one(rest, "s");
    (void)take_one(rest, ",");
    while (take_one(rest, " ") != '\0') {
    }
    (void)take_one(rest, "+");
    text = rest.empty() ? "0:0:0" : rest;
    return *days * std::int64_t{86400};
}

/// Reads hours:minutes:seconds, minutes:seconds, or with days before a dash also hours.
[[nodiscard]] inline std::optional<std::int64_t> parse_clock(std::string_view text, bool has_days) noexcept {
    std::array<std::int64_t, 3> parts{};
    std::size_t count = 0;
    do {
        if (count == parts.size()) return std::nullopt;
        const auto read = take_digits(text, 1, 6);
        if (!read) return std::nullopt;
        parts[count++] = *read;
    } while (take_one(text, ":") != '\0');
    if (take_one(text, ".") != '\0' && !take_digits(text, 1, 9)) return std::nullopt;
    if (!text.empty()) return std::nullopt;
    // With days the first part is hours; without, the last one is seconds.
    if (has_days || count == 3) return parts[0] * 3600 + parts[1] * 60 + parts[2];
    return parts[0] * 60 + parts[1];
}

} // namespace detail

/// Reads a length of time in seconds: a number of seconds, Slurm's [days-]hours:minutes:seconds, minutes:seconds, or
/// days-hours, or the words of pandas and Python: 1 days 02:03:04.
///
/// @return the seconds, or nothing where the text is no length of time or says that there is no limit
[[nodiscard]] inline std::optional<std::int64_t> parse_span(std::string_view text) noexcept {
    if (const auto days = detail::take_days(text)) {
        const auto rest = detail::parse_clock(text, true);
        return rest ? std::optional{*days + *rest} : std::nullopt;
    }
    const bool has_days = text.find('-', 1) != std::string_view::npos;
    if (text.find(':') == std::string_view::npos && !has_days) {
        const auto number = parse_decimal(text);
        return number ? number->scaled(1) : std::nullopt;
    }
    if (!has_days) return detail::parse_clock(text, false);
    const auto days = detail::take_digits(text, 1, 6);
    if (!days || detail::take_one(text, "-") == '\0') return std::nullopt;
    const auto rest = detail::parse_clock(text, true);
    return rest ? std::optional{*days * std::int64_t{86400} + *rest} : std::nullopt;
}

} // namespace gpupack::inline GPUPACK_ABI::io
