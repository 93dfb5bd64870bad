// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/io/detail/utf16.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// What encodings, loggers and spreadsheets have done to a whole text, undone.
namespace gpupack::inline GPUPACK_ABI::io::detail {

inline void replace_all(std::string& text, std::string_view old_text, std::string_view new_text) {
    if (text.find(old_text) == std::string::npos) return;
    std::string replaced;
    std::size_t begin = 0;
    for (std::size_t end = text.find(old_text); end != std::string::npos; end = text.find(old_text, begin)) {
        replaced.append(text, begin, end - begin).append(new_text);
        begin = end + old_text.size();
    }
    text = replaced.append(text, begin);
}

/// The words that the programs print in capitals.
inline constexpr std::array<std::string_view, 29> capital_words{
    "gpu", "nic", "sys", "soc", "node", "phb", "pxb", "pix",  "psb", "nv", "x",    "xgmi", "pcie", "self", "ok",
    "cns", "gns", "tns", "ns",  "dr",   "u",   "mig", "numa", "cpu", "id", "uuid", "n",    "a",    "bw"};

/// Whether small letters spell words that are printed in capitals, one or several that are glued.
[[nodiscard]] inline bool is_of_capital_words(std::string_view letters) noexcept {
    if (letters.empty() || letters.size() > 40) return letters.empty();
    for (const std::string_view word : capital_words) {
        const bool fits = word.size() > 2 ? letters.starts_with(word) : letters == word; // short ones are not glued
        if (fits && is_of_capital_words(letters.substr(word.size()))) return true;
    }
    return false;
}

/// A text that has lost its capitals, with those of the words that matter.
[[nodiscard]] inline std::string with_capitals(std::string_view text) {
    constexpr std::array<std::string_view, 5> names{"affinity", "device", "profile", "placements", "instances"};
    std::string result{text};
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
        const std::string_view word = text.substr(i, end - i);
        const bool capitals = is_of_capital_words(word) && (i == 0 || text[i - 1] != '_');
        const bool name = std::find(names.begin(), names.end(), word) != names.end();
        for (std::size_t c = i; c < (capitals ? end : name ? i + 1 : i); ++c)
            result[c] = static_cast<char>(std::toupper(static_cast<unsigned char>(result[c])));
        i = std::max(end, i + 1);
    }
    return result;
}

/// The range of numbers that a text begins with, "48-95" or "7".
struct number_range {
    int first = -1;
    int last = -1; ///< -1 where the text is more than the range, or something else.
};

[[nodiscard]] inline number_range range_at(std::string_view text) noexcept {
    number_range range;
    const char* const all = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), all, range.first);
    if (error != std::errc{} || range.first < 0) return {};
    if (end == all) range.last = range.first;
    if (end == all || *end != '-') return range;
    int last = -1;
    const auto [behind, wrong] = std::from_chars(end + 1, all, last);
    if (wrong == std::errc{} && behind == all && last >= range.first) range.last = last;
    return range;
}

/// A line whose cells are separated by a character, with tabs instead. Commas within a list of processors stay: in quotation
/// marks, or where the numbers rise.
[[nodiscard]] inline std::string with_tabs(std::string_view line, char separator) {
    std::string result;
    bool quoted = false;
    number_range before;
    for (std::size_t i = 0; i <= line.size();) {
        std::size_t end = i;
        while (end < line.size() && line[end] != separator) ++end;
        std::string_view cell = trimmed(line.substr(i, end - i));
        const bool inside = quoted;
        for (const char c : cell) quoted ^= c == '"';
        while (cell.starts_with('"')) cell.remove_prefix(1);
        while (cell.ends_with('"')) cell.remove_suffix(1);
        const number_range range = range_at(cell);
        const bool goes_on = separator == ',' && (inside || (before.last >= 0 && range.first > before.last));
        if (i > 0) result += goes_on ? ',' : '\t';
        result.append(cell);
        before = range;
        i = end + 1;
    }
    return result;
}

/// The character between GPU0 and what follows it in a header whose cells are separated, as a spreadsheet writes them; '\0' where
/// no line has one.
[[nodiscard]] inline char separator_of(std::string_view text) noexcept {
    for (std::size_t begin = text.find("GPU0"); begin != std::string_view::npos; begin = text.find("GPU0", begin + 4)) {
        std::size_t end = begin + 4;
        while (end < text.size() && (is_blank(text[end]) || text[end] == '"')) ++end;
        if (end == text.size() || (text[end] != ',' && text[end] != ';')) continue;
        const char separator = text[end++];
        while (end < text.size() && (is_blank(text[end]) || text[end] == '"')) ++end;
        for (const std::string_view next : {"GPU1", "NIC0", "CPU Affinity", "mlx"})
            if (text.substr(end).starts_with(next)) return separator;
    }
    return '\0';
}

/// The text with one separator between cells, the tab.
[[nodiscard]] inline std::string with_tabs(std::string text) {
    const char separator = separator_of(text);
    if (separator == '\0') return text;
    std::string result;
    for_each_line(text, [&](std::size_t, std::string_view line) {
        result.append(with_tabs(line, separator)).append("\n");
        return true;
    });
    return result;
}

/// What Docker's json-file driver logged, {"log":"GPU0 ...\n","stream":"stdout",...} a line.
[[nodiscard]] inline std::string logged_text(std::string_view lines) {
    std::string text;
    for_each_line(lines, [&](std::size_t, std::string_view line) {
        if (line.starts_with("{\"log\":\"")) line.remove_prefix(8);
        line = line.substr(0, line.find("\",\"stream\":\""));
        if (line.ends_with("\\n")) line.remove_suffix(2);
        text.append(line).append("\n");
        return true;
    });
    replace_all(text, "\\u003e", ">");
    replace_all(text, "\\\"", "\"");
    return text;
}

/// Undoes the escapes of a program that printed a text as a string (`GPU0\tGPU1\n`), and of a container's log.
inline void undo_escapes(std::string& text) {
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    const bool one_line = text.find('\n') + 1 >= text.size() || !has("\n");
    const bool docker = text.starts_with("{\"log\":\"");
    if (docker) text = logged_text(text);
    if (docker || has("\\tGPU") || has("GPU0\\t") || (one_line && has("\\n") && (has("GPU") || has("TABLE")))) {
        replace_all(text, "\\n", "\n");
        replace_all(text, "\\t", "\t");
    }
}

/// The rows of a table in HTML as lines with tabs between their cells, where its cells name GPUs; what is around it stays.
[[nodiscard]] inline std::string without_table_tags(std::string_view text) {
    std::string result;
    bool row = false; // within one, line ends are blanks
    const std::size_t last = std::min(text.rfind('>'), text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t end = text[i] == '<' && i < last ? text.find('>', i) : std::string_view::npos;
        if (end == std::string_view::npos) {
            result += row && text[i] == '\n' ? ' ' : text[i];
            ++i;
            continue;
        }
        const std::string_view tag = text.substr(i, end - i);
        if (tag.starts_with("<tr") || tag.starts_with("</tr")) {
            row = tag.starts_with("<tr");
            result += '\n';
        } else if (row && (tag.starts_with("<td") || tag.starts_with("<th"))) {
            result += '\t';
        }
        i = end + 1;
    }
    return result;
}

/// The whole text in UTF-8 with '\n' at the ends of lines, capitals where the programs print them, plain blanks and dashes, and
/// tabs in place of commas between cells: byte order marks, UTF-16, ends of lines of an old Mac and escapes are undone.
[[nodiscard]] inline std::string decoded(std::string_view content) {
    if (is_utf16(content)) return decoded(utf8_of_utf16(content));
    if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
    std::string text{content};
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    if (!has("\n")) replace_all(text, "\r", "\n");
    undo_escapes(text);
    for (const std::string_view blank : {"\xc2\xa0", "&nbsp;"}) replace_all(text, blank, " ");
    for (const std::string_view dash : {"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x88\x92"})
        replace_all(text, dash, "-");
    if (has("</td>") && has("GPU0")) text = without_table_tags(text);
    if (!has("GPU") && !has("XGMI") && !has("MIG ") && (has("gpu") || has("xgmi") || has("mig ")))
        text = with_capitals(text);
    return with_tabs(std::move(text));
}

} // namespace gpupack::io::detail
