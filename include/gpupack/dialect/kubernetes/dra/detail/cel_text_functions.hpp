// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_compare.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/regex.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

[[nodiscard]] inline bool cel_starts_point(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Where a character begins, by number; `npos` beyond the end.
[[nodiscard]] inline std::size_t cel_byte_of(std::string_view text, std::int64_t character) noexcept {
    if (character < 0) return std::string_view::npos;
    std::size_t place = 0;
    for (std::int64_t i = 0; i < character; ++i) {
        if (place >= text.size()) return std::string_view::npos;
        ++place;
        while (place < text.size() && !cel_starts_point(text[place])) ++place;
    }
    return place;
}
[[nodiscard]] inline std::int64_t cel_length(std::string_view text) noexcept {
    return std::ranges::count_if(text, cel_starts_point);
}

[[nodiscard]] inline cel_value cel_index_of(std::string_view text, std::string_view part, std::int64_t start,
                                            bool last) {
    const std::size_t place = cel_byte_of(text, start);
    if (place == std::string_view::npos) return cel_failure("index out of range");
    const std::size_t found = last ? text.rfind(part, place) : text.find(part, place);
    return cel_integer(found == std::string_view::npos ? -1 : cel_length(text.substr(0, found)));
}

[[nodiscard]] inline cel_value cel_substring(std::string_view text, std::int64_t start, std::int64_t end) {
    const std::size_t low = cel_byte_of(text, start);
    const std::size_t high = cel_byte_of(text, end);
    if (low == std::string_view::npos || high == std::string_view::npos || low > high)
        return cel_failure("index out of range");
    return cel_text(text.substr(low, high - low));
}

[[nodiscard]] inline cel_value cel_replace(std::string_view text, std::string_view old, std::string_view other,
                                           std::int64_t times, cel_arena& arena) {
    std::string made;
    std::size_t place = 0;
    while (times != 0) {
        const std::size_t found = text.find(old, place);
        if (found == std::string_view::npos) break;
        made.append(text.substr(place, found - place)).append(other);
        place = found + old.size();
        --times;
        if (!arena.spend(other.size() / 10 + 1)) return cel_failure("too many steps");
        if (!old.empty()) continue;
        if (place >= text.size()) return arena.keep_text(std::move(made));
        made.push_back(text[place++]);
    }
    return arena.keep_text(made.append(text.substr(std::min(place, text.size()))));
}

[[nodiscard]] inline cel_value cel_split(std::string_view text, std::string_view sign, std::int64_t most,
                                         cel_arena& arena) {
    std::vector<cel_value> parts;
    if (most == 0) return arena.keep_list({});
    if (sign.empty()) {
        while (!text.empty() && most != 1) {
            const std::size_t size = std::min(cel_byte_of(text, 1), text.size());
            parts.push_back(cel_text(text.substr(0, size)));
            text.remove_prefix(size);
            --most;
        }
        if (!text.empty()) parts.push_back(cel_text(text));
        return arena.keep_list(std::move(parts));
    }
    while (most != 1) {
        const std::size_t found = text.find(sign);
        if (found == std::string_view::npos) break;
        parts.push_back(cel_text(text.substr(0, found)));
        text.remove_prefix(found + sign.size());
        --most;
    }
    parts.push_back(cel_text(text));
    return arena.keep_list(std::move(parts));
}

[[nodiscard]] inline std::string cel_written(const cel_value& value) {
    switch (value.kind) {
    case cel_kind::boolean: return value.boolean ? "true" : "false";
    case cel_kind::integer: return std::to_string(value.integer);
    case cel_kind::natural: return std::to_string(value.natural);
    case cel_kind::real: {
        std::string text = std::to_string(value.real);
        while (text.ends_with('0')) text.pop_back();
        if (text.ends_with('.')) text.pop_back();
        return text;
    }
    case cel_kind::amount: return value.amount->text();
    case cel_kind::null: return "null";
    default: return std::string{value.text};
    }
}

[[nodiscard]] inline cel_value cel_format(std::string_view text, const std::vector<cel_value>& values,
                                          cel_arena& arena) {
    std::string made;
    std::size_t next = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            made.push_back(text[i]);
            continue;
        }
        if (++i >= text.size()) return cel_failure("a format that ends in %");
        if (text[i] == '%') {
            made.push_back('%');
            continue;
        }
        if ((text[i] != 's' && text[i] != 'd') || next >= values.size())
            return cel_failure("a format other than %s and %d, or too few values");
        if (text[i] == 'd' && !cel_is_number(values[next])) return cel_failure("%d needs a number");
        made.append(cel_written(values[next++]));
    }
    return arena.keep_text(std::move(made));
}

[[nodiscard]] inline cel_value cel_join(const std::vector<cel_value>& items, std::string_view sign, cel_arena& arena) {
    std::string made;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind != cel_kind::text) return cel_failure(cel_no_overload);
        made.append(i == 0 ? "" : sign).append(items[i].text);
    }
    return arena.keep_text(std::move(made));
}

[[nodiscard]] inline cel_value cel_case(std::string_view text, bool lower, cel_arena& arena) {
    std::string made{text};
    for (char& c : made) {
        if (lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (!lower && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return made == text ? cel_text(text) : arena.keep_text(std::move(made));
}

[[nodiscard]] inline cel_value cel_trim(std::string_view text) {
    static constexpr std::string_view space = " \t\n\v\f\r";
    text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
    if (const std::size_t end = text.find_last_not_of(space); end != std::string_view::npos)
        text = text.substr(0, end + 1);
    return cel_text(text);
}

/// matches, find and findAll.
[[nodiscard]] inline cel_value cel_regex_call(cel_function function, std::string_view text, const regex& pattern,
                                              std::int64_t most, cel_arena& arena) {
    if (!arena.spend(text.size())) return cel_failure("too many steps");
    const auto found = pattern.find(text);
    if (function == cel_function::matches) return cel_boolean(found.has_value());
    if (function == cel_function::find)
        return cel_text(found ? text.substr(found->first, found->second) : std::string_view{});
    std::vector<cel_value> parts;
    std::size_t place = 0;
    while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
        const auto next = pattern.find(text, place);
        if (!next || !arena.spend(text.size())) break;
        parts.push_back(cel_text(text.substr(next->first, next->second)));
        place = next->first + std::max<std::size_t>(next->second, 1);
        if (place > text.size()) break;
    }
    return arena.keep_list(std::move(parts));
}

/// The functions of strings; operands[0] is a text.
[[nodiscard]] inline cel_value cel_text_call(cel_function function, std::span<const cel_value> operands,
                                             cel_arena& arena) {
    const std::string_view text = operands[0].text;
    const auto is_text = [&](std::size_t i) { return operands.size() > i && operands[i].kind == cel_kind::text; };
    const auto number = [&](std::size_t i, std::int64_t otherwise) {
        return operands.size() > i ? operands[i].integer : otherwise;
    };
    for (std::size_t i = 1; i < operands.size(); ++i)
        if (operands[i].kind != cel_kind::text && operands[i].kind != cel_kind::integer &&
            operands[i].kind != cel_kind::list)
            return cel_failure(cel_no_overload);
    switch (function) {
    case cel_function::lower_ascii: return cel_case(text, true, arena);
    case cel_function::upper_ascii: return cel_case(text, false, arena);
    case cel_function::trim: return cel_trim(text);
    case cel_function::char_at:
        if (is_text(1)) break;
        if (operands[1].integer == cel_length(text)) return cel_text("");
        return operands[1].integer > cel_length(text)
                   ? cel_failure("index out of range")
                   : cel_substring(text, operands[1].integer, operands[1].integer + 1);
    case cel_function::substring:
        if (is_text(1) || is_text(2)) break;
        return cel_substring(text, operands[1].integer, number(2, cel_length(text)));
    case cel_function::format:
        if (operands[1].kind != cel_kind::list) break;
        return cel_format(text, operands[1].list->items, arena);
    default: break;
    }
    if (!is_text(1)) return cel_failure(cel_no_overload);
    const std::string_view part = operands[1].text;
    switch (function) {
    case cel_function::starts_with: return cel_boolean(text.starts_with(part));
    case cel_function::ends_with: return cel_boolean(text.ends_with(part));
    case cel_function::contains: return cel_boolean(text.find(part) != std::string_view::npos);
    case cel_function::index_of: return cel_index_of(text, part, number(2, 0), false);
    case cel_function::last_index_of: return cel_index_of(text, part, number(2, cel_length(text)), true);
    case cel_function::replace:
        return is_text(2) ? cel_replace(text, part, operands[2].text, number(3, -1), arena)
                          : cel_failure(cel_no_overload);
    case cel_function::split: return cel_split(text, part, number(2, -1), arena);
    default: return cel_failure(cel_no_overload);
    }
}

} // namespace gpupack::dialect::dra::detail
