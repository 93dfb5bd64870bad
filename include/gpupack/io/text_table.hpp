// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// The content of a file, or an error where it cannot be opened or read.
[[nodiscard]] inline expected<std::string, input_error> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string content;
    std::array<char, 65536> block{};
    while (file.read(block.data(), block.size()) || file.gcount() > 0)
        content.append(block.data(), static_cast<std::size_t>(file.gcount()));
    // A folder can be opened; only reading it fails.
    if (!file.is_open() || file.bad()) return bad_input("file", path, "a file that can be read");
    return content;
}

/// A comma-separated text whose first line names the columns: split into fields, with line numbers for errors.
///
/// There are no quotes or escapes: the published traces have none. Empty lines are skipped, and so is the carriage return
/// at the end of a line.
class text_table {
  public:
    /// One line of the table, in the order of the requested columns.
    struct row {
        std::size_t line = 0;                 ///< In the file, from 1.
        std::vector<std::string_view> fields; ///< [required + optional columns]
    };

    /// Splits a text.
    ///
    /// @param file      named in errors
    /// @param content   outlives the table
    /// @param required  columns that must be there
    /// @param optional  columns that may be missing: rows then have an empty field for them
    /// @return the table, or an error: no header line, a required column missing, a column named twice, a row with fewer
    ///         or more fields than the header
    [[nodiscard]] static expected<text_table, input_error>
    parse(const std::string& file, std::string_view content, const std::vector<std::string_view>& required,
          const std::vector<std::string_view>& optional = {}) {
        text_table table;
        std::vector<std::size_t> columns;
        std::size_t width = 0;
        std::size_t line = 0;
        while (!content.empty()) {
            const std::string_view text = next_line(content);
            ++line;
            if (text.empty()) continue;
            const std::vector<std::string_view> fields = split(text);
            if (columns.empty()) {
                auto found = find_columns(file, line, text, fields, required, optional);
                if (!found) return unexpected<input_error>{found.error()};
                columns = std::move(*found);
                width = fields.size();
                continue;
            }
            if (fields.size() != width)
                return unexpected<input_error>{
                    input_error{file, line, "row", std::string{text}, std::to_string(width) + " fields"}};
            row& added = table.rows_.emplace_back(row{line, {}});
            for (const std::size_t column : columns)
                added.fields.push_back(column == missing ? std::string_view{} : fields[column]);
        }
        if (columns.empty()) return unexpected<input_error>{input_error{file, 1, "header", "", join(required)}};
        return table;
    }

    /// The rows, without the header.
    [[nodiscard]] const std::vector<row>& rows() const noexcept { return rows_; }

  private:
    static constexpr std::size_t missing = static_cast<std::size_t>(-1);

    static std::string_view next_line(std::string_view& content) {
        const std::size_t end = content.find('\n');
        std::string_view text = content.substr(0, end);
        content = end == std::string_view::npos ? std::string_view{} : content.substr(end + 1);
        if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
        return text;
    }

    static std::vector<std::string_view> split(std::string_view text) {
        std::vector<std::string_view> fields;
        while (true) {
            const std::size_t comma = text.find(',');
            fields.push_back(text.substr(0, comma));
            if (comma == std::string_view::npos) return fields;
            text.remove_prefix(comma + 1);
        }
    }

    static std::string join(const std::vector<std::string_view>& names) {
        std::string text;
        for (const std::string_view name : names) text.append(text.empty() ? "the columns " : ",").append(name);
        return text;
    }

    static expected<std::vector<std::size_t>, input_error>
    find_columns(const std::string& file, std::size_t line, std::string_view header,
                 const std::vector<std::string_view>& fields, const std::vector<std::string_view>& required,
                 const std::vector<std::string_view>& optional) {
        const auto wrong = [&](std::string expected) {
            return unexpected<input_error>{
                input_error{file, line, "header", std::string{header}, std::move(expected)}};
        };
        std::vector<std::size_t> columns;
        for (std::size_t c = 0; c < required.size() + optional.size(); ++c) {
            const bool must = c < required.size();
            const std::string_view name = must ? required[c] : optional[c - required.size()];
            std::size_t found = missing;
            for (std::size_t i = 0; i < fields.size(); ++i) {
                if (fields[i] != name) continue;
                if (found != missing) return wrong(std::string{"the column "}.append(name).append(" once"));
                found = i;
            }
            if (must && found == missing) return wrong(join(required));
            columns.push_back(found);
        }
        return columns;
    }

    std::vector<row> rows_;
};

/// Reads a whole number in plain digits.
///
/// @param file     named in the error
/// @param line     named in the error
/// @param field    named in the error
/// @param text     the digits
/// @param lowest   that is right
/// @param highest  that is right
[[nodiscard]] inline expected<std::int64_t, input_error> parse_number(const std::string& file, std::size_t line,
                                                                      std::string_view field, std::string_view text,
                                                                      std::int64_t lowest, std::int64_t highest) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number >= lowest && number <= highest)
        return number;
    return unexpected<input_error>{input_error{file, line, std::string{field}, std::string{text},
                                               std::string{"a whole number from "}
                                                   .append(std::to_string(lowest))
                                                   .append(" to ")
                                                   .append(std::to_string(highest))}};
}

} // namespace gpupack::io
