// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <sys/ioctl.h>
#include <unistd.h>

namespace gpupack_tools {
namespace {

/// Appends words behind `begin` columns, and starts a new line with `indent` blanks before one that would pass the width.
void append_wrapped(std::string& text, std::string_view words, std::size_t begin, std::size_t indent,
                    std::size_t width) {
    std::size_t column = begin;
    bool first = true;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        const std::string_view word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty()) continue;
        if (!first && column + 1 + word.size() > width) {
            text.append("\n").append(indent, ' ');
            column = indent;
        } else if (!first) {
            text += ' ';
            ++column;
        }
        text.append(word);
        column += word.size();
        first = false;
    }
}

/// Whether a line has cells: two blanks somewhere behind its first character.
bool is_row(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(' ');
    return begin != std::string_view::npos && line.find("  ", begin) != std::string_view::npos;
}

/// Where the columns of a table begin: behind two characters at least that are blank in every row.
std::vector<std::size_t> column_starts(const std::vector<std::string_view>& rows) {
    std::size_t length = 0;
    for (const std::string_view row : rows) length = std::max(length, row.size());
    std::vector<std::size_t> starts{0};
    std::size_t blanks = 0;
    for (std::size_t i = 0; i < length; ++i) {
        const bool blank = std::all_of(rows.begin(), rows.end(),
                                       [i](std::string_view row) { return i >= row.size() || row[i] == ' '; });
        if (!blank && blanks >= 2 && i > blanks) starts.push_back(i);
        blanks = blank ? blanks + 1 : 0;
    }
    starts.push_back(length);
    return starts;
}

/// The cell of a row between two columns, without the blanks behind it.
std::string_view cell_of(std::string_view row, std::size_t begin, std::size_t end) {
    if (begin >= row.size()) return {};
    const std::string_view cell = row.substr(begin, end - begin);
    return cell.substr(0, cell.find_last_not_of(' ') + 1);
}

/// Appends a table that is wider than it may be, as blocks of columns.
void append_parted(std::string& text, const std::vector<std::string_view>& rows, std::size_t width) {
    const std::vector<std::size_t> starts = column_starts(rows);
    const std::size_t columns = starts.size() - 1;
    for (std::size_t begin = 1; begin < columns || begin == 1;) {
        std::size_t end = begin;
        while (end < columns && (end == begin || starts[1] + starts[end + 1] - starts[begin] <= width)) ++end;
        if (begin > 1) text += '\n';
        for (const std::string_view row : rows) {
            const std::string_view name = cell_of(row, 0, starts[1]);
            const std::string_view cells =
                begin < columns ? cell_of(row, starts[begin], starts[end]) : std::string_view{};
            std::string line{name};
            if (!cells.empty()) line.append(starts[1] - name.size(), ' ');
            if (line.size() + cells.size() <= width)
                text.append(line).append(cells);
            else if (columns < 2)
                append_wrapped(text, row, 0, 0, width);
            else
                append_wrapped(text.append(line), cells, line.size(), std::min(starts[1], width / 2), width);
            text += '\n';
        }
        begin = std::max(end, begin + 1);
    }
}

/// Edits between two words: a letter wrong, left out, too many, or two swapped.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a.size()][b.size()];
}

} // namespace

std::size_t terminal_width(int descriptor) {
    if (const char* const columns = std::getenv("COLUMNS"); columns != nullptr) {
        std::size_t width = 0;
        const char* const end = columns + std::strlen(columns);
        const auto [stop, error] = std::from_chars(columns, end, width);
        if (error == std::errc{} && stop == end && width >= 40 && width <= 1000) return width;
    }
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
    return 80;
}

bool can_redraw(int descriptor) {
    const char* const terminal = std::getenv("TERM");
    const char* const plain = std::getenv("NO_COLOR");
    const bool dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
    return isatty(descriptor) == 1 && !dumb && (plain == nullptr || *plain == '\0');
}

std::string wrapped_help(std::string_view help, std::size_t width) {
    constexpr std::size_t column = 28; // of descriptions
    std::string text;
    while (!help.empty()) {
        const std::size_t end = std::min(help.find('\n'), help.size());
        std::string_view line = help.substr(0, end);
        help.remove_prefix(std::min(end + 1, help.size()));
        const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
        const std::size_t gap = start > 0 && start <= 4 ? line.find("  ", start) : std::string_view::npos;
        if (gap != std::string_view::npos) { // a name, and what it is
            const std::string_view name = line.substr(0, gap);
            const bool fits = name.size() + 2 <= column;
            text.append(name).append(fits ? "" : "\n").append(column - (fits ? name.size() : 0), ' ');
            append_wrapped(text, line.substr(gap), column, column, width);
        } else if (start > 20 && start < line.size()) { // the description of a long name, on a line of its own
            text.append(column, ' ');
            append_wrapped(text, line, column, column, width);
        } else if (line.size() > width) {
            append_wrapped(text.append(start, ' '), line, start, start, width);
        } else if (!line.empty() || !text.ends_with("\n\n")) {
            text.append(line);
        } else {
            continue; // one empty line is enough
        }
        text += '\n';
    }
    return text;
}

std::string fitted(std::string_view text, std::size_t width) {
    std::string result;
    std::vector<std::string_view> rows; // of the table that the last lines are
    const auto end_table = [&] {
        const bool fits =
            std::all_of(rows.begin(), rows.end(), [width](std::string_view row) { return row.size() <= width; });
        if (!fits) append_parted(result, rows, width);
        for (const std::string_view row : fits ? rows : std::vector<std::string_view>{})
            result.append(row).append("\n");
        rows.clear();
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_row(line)) {
            rows.push_back(line);
            continue;
        }
        end_table();
        if (line.size() <= width)
            result.append(line);
        else
            append_wrapped(result, line, 0, 0, width);
        result += '\n';
    }
    end_table();
    return result;
}

std::string fitted_for(std::string_view text, int descriptor) {
    const bool wanted = isatty(descriptor) == 1 || std::getenv("COLUMNS") != nullptr;
    return wanted ? fitted(text, terminal_width(descriptor)) : std::string{text};
}

std::string closest_name(std::string_view name, const std::vector<std::string>& known) {
    std::string closest;
    std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
    if (name.size() > 64) return closest;
    for (const std::string& each : known)
        if (const std::size_t edits = distance(name, each); edits < least) {
            least = edits;
            closest = each;
        }
    return closest;
}

std::string with_suggestion(std::string message) {
    std::replace(message.begin(), message.end(), '\n', ' '); // of a value that was read
    constexpr std::string_view expected = "\": expected ";
    const std::size_t end = message.rfind(expected);
    if (end == std::string::npos || end == 0 || message.find("did you mean") != std::string::npos) return message;
    const std::size_t begin = message.rfind('"', end - 1);
    if (begin == std::string::npos) return message;
    const std::string name = message.substr(begin + 1, end - begin - 1);
    std::string list = message.substr(end + expected.size());
    if (list.starts_with("one of ")) list.erase(0, 7);
    for (const std::string_view word : {" or ", " and "})
        if (const std::size_t last = list.rfind(word); last != std::string::npos) list.replace(last, word.size(), ", ");
    std::vector<std::string> known;
    for (std::size_t first = 0; first <= list.size();) {
        const std::size_t stop = std::min(list.find(", ", first), list.size());
        known.push_back(list.substr(first, stop - first));
        if (known.back().find(' ') != std::string::npos) return message; // words, not names
        first = stop + 2;
    }
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    return known.size() < 2 || name.empty() || is_known ? message : message + did_you_mean(name, known);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
    const std::string closest = closest_name(name, known);
    return closest.empty() ? "" : ", did you mean " + closest + "?";
}

} // namespace gpupack_tools
