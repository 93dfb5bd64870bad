// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// One `name=value` of a line of text, or a bare name.
struct text_field {
    std::string name;       ///< What is before the equals sign.
    std::string value;      ///< What is after it, without quotation marks; empty for a bare name.
    std::size_t column = 0; ///< Where it begins in the line, from 1.
    bool has_value = false; ///< Whether there is an equals sign.

    friend bool operator==(const text_field&, const text_field&) = default;
};

/// A value as it is written in a line of fields: in quotation marks where it is empty or has blanks, quotation marks or
/// backslashes; those two with a backslash before them.
[[nodiscard]] inline std::string quoted_value(std::string_view value) {
    constexpr std::string_view special = " \t\r\n\"\\";
    if (!value.empty() && value.find_first_of(special) == std::string_view::npos) return std::string{value};
    std::string text{'"'};
    for (const char each : value) {
        if (each == '"' || each == '\\') text += '\\';
        if (each == '\n')
            text += "\\n";
        else
            text += each;
    }
    return text += '"';
}

/// What is wrong with a field of a line: the error names the field and its column.
///
/// @param field     the field
/// @param expected  what would have been right
[[nodiscard]] inline input_error wrong_field(const text_field& field, std::string expected) {
    return {{},
            0,
            std::string{field.name}.append(", column ").append(std::to_string(field.column)),
            field.value,
            std::move(expected)};
}

/// The fields of a line, which are separated by blanks: `name=value other="a value" bare`.
///
/// Errors: a name that is empty, a quotation mark that is not closed, something behind one that is.
[[nodiscard]] inline expected<std::vector<text_field>, input_error> parse_fields(std::string_view line) {
    std::vector<text_field> fields;
    std::size_t at = 0;
    const auto is_blank = [&](std::size_t index) {
        return line[index] == ' ' || line[index] == '\t' || line[index] == '\r';
    };
    while (true) {
        while (at < line.size() && is_blank(at)) ++at;
        if (at == line.size()) return fields;
        text_field field;
        field.column = at + 1;
        while (at < line.size() && !is_blank(at) && line[at] != '=') field.name += line[at++];
        if (field.name.empty()) return unexpected<input_error>{wrong_field(field, "a name before the equals sign")};
        if (at < line.size() && line[at] == '=') {
            field.has_value = true;
            if (++at < line.size() && line[at] == '"') {
                for (++at; at < line.size() && line[at] != '"'; ++at) {
                    const bool escaped = line[at] == '\\' && at + 1 < line.size();
                    if (escaped) ++at;
                    field.value += escaped && line[at] == 'n' ? '\n' : line[at];
                }
                if (at == line.size()) return unexpected<input_error>{wrong_field(field, "a closing quotation mark")};
                if (++at < line.size() && !is_blank(at))
                    return unexpected<input_error>{wrong_field(field, "a blank after the quotation mark")};
            } else {
                while (at < line.size() && !is_blank(at)) field.value += line[at++];
            }
        }
        fields.push_back(std::move(field));
    }
}

/// Adds an item to a list of items with commas between them; a comma in the item, or a backslash, gets one before it.
inline void append_item(std::string& list, std::string_view item) {
    if (!list.empty()) list += ',';
    for (const char each : item) {
        if (each == ',' || each == '\\') list += '\\';
        list += each;
    }
}

/// The items of such a list; none of an empty one.
[[nodiscard]] inline std::vector<std::string> items_of(std::string_view list) {
    std::vector<std::string> items;
    if (list.empty()) return items;
    items.emplace_back();
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == ',') {
            items.emplace_back();
            continue;
        }
        if (list[i] == '\\' && i + 1 < list.size()) ++i;
        items.back() += list[i];
    }
    return items;
}

} // namespace gpupack
