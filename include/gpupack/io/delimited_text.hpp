// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// A text without the blanks and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Splits delimited text into rows of fields, as spreadsheets, pandas and Slurm write it.
///
/// Fields may be quoted, with doubled quotes inside; blanks around a field are no part of it. A line ends with a line
/// feed, a carriage return, or both. Blank lines and lines that begin with # are skipped. A quote that is never closed, or
/// not at the end of its field, is a character as any other.
class delimited_text {
  public:
    /// One line, or several where a quoted field holds line ends.
    struct row {
        std::size_t line = 0;                 ///< Its first line in the file, from 1.
        std::vector<std::string_view> fields; ///< Valid as long as the text and the reader are.
    };

    /// @param content    outlives the reader
    /// @param separator  between fields
    /// @param is_raw     whether quotes and # are characters as any other, as where Slurm writes
    delimited_text(std::string_view content, char separator, bool is_raw = false) noexcept
        : rest_{content}, separator_{separator}, is_raw_{is_raw} {}

    /// The separator that a text uses: tab, bar, semicolon or comma; the one that parts as many fields in each of the
    /// first lines as in the first, or else the one that parts most in the first. A comma where there is none.
    [[nodiscard]] static char find_separator(std::string_view content) {
        constexpr std::array<char, 4> candidates{'\t', '|', ';', ','};
        std::array<std::size_t, 4> first{};
        std::array<bool, 4> steady{true, true, true, true};
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            delimited_text reader{content, candidates[c]};
            row next;
            constexpr int looked_at = 20;
            for (int line = 0; line < looked_at && reader.read(next); ++line) {
                std::size_t count = next.fields.size();
                if (count == first[c] + 1 && next.fields.back().empty()) --count;
                if (line == 0) first[c] = count;
                steady[c] = steady[c] && count == first[c];
            }
        }
        for (std::size_t c = 0; c < candidates.size(); ++c)
            if (steady[c] && first[c] > 1) return candidates[c];
        std::size_t most = 3;
        for (std::size_t c = 0; c < candidates.size(); ++c)
            if (first[c] > first[most]) most = c;
        return candidates[most];
    }

    /// Reads the next row.
    ///
    /// @param next  is given the row
    /// @return whether there was one
    [[nodiscard]] bool read(row& next) {
        while (!rest_.empty()) {
            next.line = line_ + 1;
            next.fields.clear();
            const bool is_comment = rest_.front() == '#' && !is_raw_;
            const bool is_blank = read_fields(next.fields);
            if (!is_comment && !is_blank) return true;
        }
        return false;
    }

    /// Reads the next row with as many fields as the header has.
    ///
    /// @param next   is given the row; one empty field too many is dropped, as behind a separator that ends the line
    /// @param width  of the header
    /// @return whether there was one; its number of fields tells whether it fits
    [[nodiscard]] bool read(row& next, std::size_t width) {
        if (!read(next)) return false;
        if (next.fields.size() == width + 1 && next.fields.back().empty()) next.fields.pop_back();
        return true;
    }

  private:
    /// Reads the fields of a line and its end; returns whether there is nothing on it.
    bool read_fields(std::vector<std::string_view>& fields) {
        while (true) {
            fields.push_back(read_field());
            if (rest_.empty() || rest_.front() != separator_) break;
            rest_.remove_prefix(1);
        }
        ++line_;
        if (rest_.starts_with("\r\n"))
            rest_.remove_prefix(2);
        else if (!rest_.empty())
            rest_.remove_prefix(1);
        return fields.size() == 1 && fields.front().empty();
    }

    /// Reads up to the next separator or line end.
    std::string_view read_field() {
        const std::size_t text = rest_.find_first_not_of(separator_ == '\t' ? " " : " \t");
        if (text != std::string_view::npos && rest_[text] == '"' && !is_raw_)
            if (const std::size_t end = closing_quote(text + 1); end != std::string_view::npos)
                return read_quoted(text + 1, end);
        const std::size_t end = std::min(rest_.find_first_of(ends().data(), 0, 3), rest_.size());
        const std::string_view field = trimmed(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return field;
    }

    /// Where the quote is that closes a field; npos where none does, with nothing but blanks up to the end of the field.
    [[nodiscard]] std::size_t closing_quote(std::size_t begin) const noexcept {
        std::size_t end = rest_.find('"', begin);
        while (end != std::string_view::npos && rest_.substr(end + 1).starts_with('"')) end = rest_.find('"', end + 2);
        if (end == std::string_view::npos) return end;
        const std::size_t behind = rest_.find_first_not_of(separator_ == '\t' ? " " : " \t", end + 1);
        if (behind == std::string_view::npos || rest_.find_first_of(ends().data(), behind, 3) == behind) return end;
        return std::string_view::npos;
    }

    std::string_view read_quoted(std::size_t begin, std::size_t end) {
        std::string_view field = rest_.substr(begin, end - begin);
        for (std::size_t i = 0; i < field.size(); ++i)
            if (field[i] == '\n' || (field[i] == '\r' && (i + 1 == field.size() || field[i + 1] != '\n'))) ++line_;
        if (field.find('"') != std::string_view::npos) field = unescaped_.emplace_back(without_doubles(field));
        rest_.remove_prefix(end + 1);
        rest_.remove_prefix(std::min(rest_.find_first_of(ends().data(), 0, 3), rest_.size())); // blanks
        return field;
    }

    [[nodiscard]] static std::string without_doubles(std::string_view field) {
        std::string text;
        for (std::size_t i = 0; i < field.size(); ++i) {
            text += field[i];
            if (field[i] == '"') ++i;
        }
        return text;
    }

    [[nodiscard]] std::array<char, 3> ends() const noexcept { return {separator_, '\n', '\r'}; }

    std::string_view rest_;
    char separator_;
    bool is_raw_;
    std::size_t line_ = 0;
    std::deque<std::string> unescaped_; // fields that had doubled quotes; their addresses stay
};

/// A field as it is written into comma-separated text: quoted where it must be.
[[nodiscard]] inline std::string delimited_field(std::string_view text) {
    if (text.find_first_of(",;|\t\"\r\n#") == std::string_view::npos && trimmed(text) == text) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

} // namespace gpupack::inline GPUPACK_ABI::io
