// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/nearest_name.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/read_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// A delimited text whose first line names the columns: split into fields, with line numbers for errors.
///
/// What separates fields, quotes, blanks, line ends and comments: see delimited_text. Names of columns are compared
/// without regard to case.
class text_table {
  public:
    /// One line of the table, in the order of the requested columns.
    struct row {
        std::size_t line = 0;                 ///< In the file, from 1.
        std::vector<std::string_view> fields; ///< [required + optional columns]
    };

    /// Takes the text and its rows over.
    text_table(text_table&&) = default;
    text_table& operator=(text_table&&) = default;

    /// Splits a text.
    ///
    /// @param file      named in errors
    /// @param content   outlives the table
    /// @param required  columns that must be there
    /// @param optional  columns that may be missing: rows then have an empty field for them
    /// @return the table, or an error: no header line, a required column missing, a column named twice, a row with fewer
    ///         or more fields than the header
    [[nodiscard]] static expected<text_table, input_error> parse(const std::string& file, std::string_view content,
                                                                 const std::vector<std::string_view>& required,
                                                                 const std::vector<std::string_view>& optional = {}) {
        text_table table{content, delimited_text::find_separator(content)};
        std::vector<std::size_t> columns;
        std::size_t width = no_header;
        for (delimited_text::row next; table.reader_.read(next, width);) {
            if (columns.empty()) {
                auto found = find_columns(file, next, required, optional);
                if (!found) return unexpected<input_error>{found.error()};
                columns = std::move(*found);
                width = next.fields.size();
                continue;
            }
            if (next.fields.size() != width)
                return unexpected<input_error>{
                    input_error{file, next.line, "row", join("", next.fields), std::to_string(width) + " fields"}};
            row& added = table.rows_.emplace_back(row{next.line, {}});
            for (const std::size_t column : columns)
                added.fields.push_back(column == missing ? std::string_view{} : next.fields[column]);
        }
        if (columns.empty())
            return unexpected<input_error>{input_error{file, 1, "header", "", join("the columns ", required)}};
        return table;
    }

    /// Refuses a table with columns that nobody would read: their values would be lost in silence.
    ///
    /// @param file     named in the error
    /// @param content  the table
    /// @param known    the columns that are read, or left alone on purpose
    /// @return nothing, or the first other column, with the known one whose name is nearest
    [[nodiscard]] static expected<void, input_error> check_columns(const std::string& file, std::string_view content,
                                                                   const std::vector<std::string_view>& known) {
        delimited_text reader{content, delimited_text::find_separator(content)};
        delimited_text::row header;
        if (!reader.read(header, no_header)) return {};
        for (const std::string_view field : header.fields) {
            const auto is_field = [&](std::string_view name) { return same_name(name, field); };
            if (std::any_of(known.begin(), known.end(), is_field)) continue;
            return unexpected<input_error>{
                input_error{file, header.line, "column", std::string{field},
                            std::string{nearest_name(field, known)}.append(", or --ignore-column ").append(field)}};
        }
        return {};
    }

    /// The rows, without the header.
    [[nodiscard]] const std::vector<row>& rows() const noexcept { return rows_; }

  private:
    static constexpr std::size_t missing = static_cast<std::size_t>(-1);
    static constexpr std::size_t no_header = static_cast<std::size_t>(-2);

    text_table(std::string_view content, char separator) : reader_{content, separator} {}

    static std::string join(std::string text, const std::vector<std::string_view>& names) {
        for (std::size_t i = 0; i < names.size(); ++i) text.append(i == 0 ? "" : ",").append(names[i]);
        return text;
    }

    /// Whether two names are the same but for the case of their letters.
    static bool same_name(std::string_view a, std::string_view b) noexcept {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
    }

    static expected<std::vector<std::size_t>, input_error> find_columns(const std::string& file,
                                                                        const delimited_text::row& header,
                                                                        const std::vector<std::string_view>& required,
                                                                        const std::vector<std::string_view>& optional) {
        const auto wrong = [&](std::string expected) {
            return unexpected<input_error>{
                input_error{file, header.line, "header", join("", header.fields), std::move(expected)}};
        };
        std::vector<std::size_t> columns;
        for (std::size_t c = 0; c < required.size() + optional.size(); ++c) {
            const bool must = c < required.size();
            const std::string_view name = must ? required[c] : optional[c - required.size()];
            std::size_t found = missing;
            for (std::size_t i = 0; i < header.fields.size(); ++i) {
                if (!same_name(header.fields[i], name)) continue;
                if (found != missing) return wrong(std::string{"the column "}.append(name).append(" once"));
                found = i;
            }
            if (must && found == missing) return wrong(join("the columns ", required));
            columns.push_back(found);
        }
        return columns;
    }

    delimited_text reader_; // holds the fields that had doubled quotes
    std::vector<row> rows_;
};

/// Reads a whole number; decimals must be zero, as where pandas writes 4000.0.
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
    const auto number = parse_whole(text);
    if (number && *number >= lowest && *number <= highest) return *number;
    return unexpected<input_error>{input_error{file, line, std::string{field}, std::string{text},
                                               std::string{"a whole number from "}
                                                   .append(std::to_string(lowest))
                                                   .append(" to ")
                                                   .append(std::to_string(highest))}};
}

} // namespace gpupack::io
