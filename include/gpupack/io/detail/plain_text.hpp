// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/delimited_text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pasted text as it was printed: without what terminals, web forms, tables and logs have made of it.
namespace gpupack::inline GPUPACK_ABI::io::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}
[[nodiscard]] constexpr bool is_word_character(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The words of a line between spaces and tabs.
[[nodiscard]] inline std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < line.size();) {
        const std::size_t begin = line.find_first_not_of(" \t", i);
        if (begin == std::string_view::npos) break;
        i = std::min(line.find_first_of(" \t", begin), line.size());
        words.emplace_back(line.substr(begin, i - begin));
    }
    return words;
}

/// How many digits the text begins with.
[[nodiscard]] constexpr std::size_t digits_at(std::string_view text) noexcept {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end;
}

/// Whether a text is GPU0, GPU1, ...
[[nodiscard]] constexpr bool is_gpu(std::string_view name) noexcept {
    return name.size() > 3 && name.starts_with("GPU") && digits_at(name.substr(3)) == name.size() - 3;
}

/// How many bytes of colour codes and the like the text begins with: with their escape character, with what is printed
/// for it, or without it.
[[nodiscard]] inline std::size_t colour_code_at(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 11> escapes{"\x1b",  "\xef\xbf\xbd", "\xe2\x90\x9b",   "^[",
                                                       "\\x1b", "\\x1B",        "\\033",          "\\u001b",
                                                       "\\e",   "\\ufffd",      "\\xef\\xbf\\xbd"};
    std::size_t begin = 0;
    for (const std::string_view escape : escapes)
        if (begin == 0 && text.starts_with(escape)) begin = escape.size();
    if (begin < text.size() && text[begin] == '[') {
        std::size_t end = begin + 1;
        while (end < text.size() && (is_digit(text[end]) || text[end] == ';' || text[end] == '?')) ++end;
        const bool letter = end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0;
        if (letter && (begin > 0 || text[end] == 'm' || text[end] == 'K')) return end + 1;
    }
    if (begin > 0 && (text[0] == '\x1b' || text[0] == '\xef')) // an escape of another kind, or alone
        return text[0] == '\x1b' && text.size() > 2 && text[1] == '(' ? 3 : begin;
    return 0;
}

/// How long an element of HTML is at the start of a text: <td>, </pre>, <br/>; 0 where there is none. What stands between signs
/// of less and greater otherwise is longer or begins with no letter.
[[nodiscard]] inline std::size_t html_element_at(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 12> names{"br", "pre",  "code", "td",    "th",    "tr",
                                                     "p",  "span", "b",    "table", "tbody", "div"};
    if (!text.starts_with('<')) return 0;
    const std::size_t begin = text.starts_with("</") ? 2 : 1;
    std::size_t end = begin;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    if (std::find(names.begin(), names.end(), text.substr(begin, end - begin)) == names.end()) return 0;
    const std::size_t close = text.substr(0, 200).find('>', end);
    return close == std::string_view::npos ? 0 : close + 1;
}

/// Blanks and bars of any alphabet at the start of a text: how many bytes, and what stands for them.
[[nodiscard]] inline std::pair<std::size_t, std::string_view> blank_at(std::string_view text) noexcept {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 14> blanks{{{"|", "\t"},
                                                                                    {"\r", " "},
                                                                                    {"\v", " "},
                                                                                    {"\f", " "},
                                                                                    {"\xc2\xa0", " "},
                                                                                    {"\xe3\x80\x80", " "},
                                                                                    {"\xe2\x80\x8b", ""},
                                                                                    {"\xef\xbb\xbf", ""},
                                                                                    {"\xe2\x94\x82", "\t"},
                                                                                    {"\xe2\x94\x83", "\t"},
                                                                                    {"\xe2\x80\xaf", " "},
                                                                                    {"&nbsp;", " "},
                                                                                    {"&#9;", "\t"},
                                                                                    {"**", ""}}};
    for (const auto& [bytes, meaning] : blanks)
        if (text.starts_with(bytes)) return {bytes.size(), meaning};
    if (text.starts_with('\0')) return {1, " "};
    if (const std::size_t element = html_element_at(text); element > 0) return {element, " "};
    // U+2000 to U+200A: spaces of all widths
    if (text.size() > 2 && text.starts_with("\xe2\x80") && static_cast<unsigned char>(text[2]) <= 0x8a) return {3, " "};
    return {0, {}};
}

/// A line without the quotation marks around it, and the comma behind them, of a list of strings.
[[nodiscard]] constexpr std::string_view unquoted(std::string_view line) noexcept {
    std::string_view inside = line;
    if (inside.ends_with(',')) inside.remove_suffix(1);
    if (inside.size() < 2 || (inside[0] != '"' && inside[0] != '\'') || inside.back() != inside[0]) return line;
    return trimmed(inside.substr(1, inside.size() - 2));
}

/// A line as it was printed: without colours, table bars, quotation marks and the blanks around it.
[[nodiscard]] inline std::string plain_line(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size();) {
        if (const std::size_t code = colour_code_at(line.substr(i)); code > 0) {
            i += code;
        } else if (const auto [length, meaning] = blank_at(line.substr(i)); length > 0) {
            text.append(meaning);
            i += length;
        } else {
            text += line[i++];
        }
    }
    std::size_t first = 0;
    while (first < text.size() && (is_blank(text[first]) || text[first] == '>' || text[first] == '`')) ++first;
    std::size_t end = text.size();
    while (end > first && (is_blank(text[end - 1]) || text[end - 1] == '`')) --end;
    return std::string{unquoted(std::string_view{text}.substr(first, end - first))};
}

/// Calls body(number, line) for each line of a text, numbered from 1, until it returns false.
template <class Body> void for_each_line(std::string_view content, Body&& body) {
    std::size_t number = 0;
    while (!content.empty()) {
        const std::size_t end = std::min(content.find('\n'), content.size());
        ++number;
        if (!body(number, content.substr(0, end))) return;
        content.remove_prefix(std::min(end + 1, content.size()));
    }
}

} // namespace gpupack::io::detail
