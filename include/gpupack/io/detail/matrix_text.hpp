#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::io::detail {

/// A matrix of `nvidia-smi topo -m` as words, before anything is made of them.
///
/// devices  in the order of the columns: GPUs, then adapters
/// gpus     how many of them are GPUs
/// rows     [devices]  those of adapters may be missing
struct matrix_text {
    struct row {
        std::size_t line = 0; // 0: there is none
        std::vector<std::string> words;
        std::string numa;
    };
    std::vector<std::string> devices;
    std::size_t gpus = 0;
    std::vector<row> rows;
};

/// A line as it was printed: without colours, table bars and the spaces around it.
[[nodiscard]] inline std::string plain_line(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            while (i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) == 0) ++i;
            continue;
        }
        text += line[i] == '|' ? '\t' : line[i] == '\r' ? ' ' : line[i];
    }
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.back())) text.pop_back();
    std::size_t first = 0;
    while (first < text.size() && is_space(text[first])) ++first;
    return text.substr(first);
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

[[nodiscard]] inline bool is_gpu(std::string_view name) {
    return name.size() > 3 && name.starts_with("GPU") &&
           std::all_of(name.begin() + 3, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The devices that a header line names; none where it is no header.
[[nodiscard]] inline std::vector<std::string> header_devices(const std::string& line) {
    std::vector<std::string> devices;
    for (const std::string& word : words_of(line)) {
        if (word == "CPU" || word == "NUMA") break;
        devices.push_back(word);
    }
    const bool is_header = !devices.empty() && devices[0] == "GPU0" && (devices.size() == 1 || devices[1] != "X");
    return is_header ? devices : std::vector<std::string>{};
}

/// What a row says of the NUMA node, behind its links: the cell after that of the CPUs, which may be empty.
///
/// cells  between tabs where there are any, else the words that are left
[[nodiscard]] inline std::string numa_cell(const std::string& line, std::size_t devices,
                                           const std::vector<std::string>& words) {
    std::vector<std::string> cells;
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        cells.push_back(plain_line(std::string_view{line}.substr(begin, end - begin)));
        begin = end + 1;
    }
    if (cells.size() > devices + 1) return cells.size() > devices + 2 ? cells[devices + 2] : "";
    const std::size_t left = words.size() - std::min(words.size(), devices + 1);
    if (left >= 2) return words[devices + 2];
    // One cell alone is that of the CPUs, unless it is no more than a number.
    return left == 1 && words[devices + 1].find_first_of("-,") == std::string::npos ? words[devices + 1] : "";
}

/// Finds the matrix in what was pasted, whatever stands around it.
///
/// file    named in errors
/// errors  no matrix; GPUs that are not GPU0, GPU1, ...; a GPU without a row or with two; a row with too few entries
[[nodiscard]] inline expected<matrix_text, input_error> find_matrix(const std::string& file,
                                                                    std::string_view content) {
    matrix_text found;
    std::size_t number = 0;
    const auto wrong = [&](std::size_t line, std::string field, std::string value, std::string right) {
        return unexpected<input_error>{
            input_error{file, line, std::move(field), std::move(value), std::move(right)}};
    };
    for (std::string_view rest = content; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string line = plain_line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++number;
        if (found.devices.empty()) {
            found.devices = header_devices(line);
            while (found.gpus < found.devices.size() && is_gpu(found.devices[found.gpus])) {
                const std::string name = std::string{"GPU"}.append(std::to_string(found.gpus));
                if (found.devices[found.gpus] != name)
                    return wrong(number, "header", found.devices[found.gpus], name);
                ++found.gpus;
            }
            found.rows.resize(found.devices.size());
            continue;
        }
        const std::vector<std::string> words = words_of(line);
        if (words.empty()) continue;
        const auto device = std::find(found.devices.begin(), found.devices.end(), words[0]);
        if (device == found.devices.end()) {
            if (is_gpu(words[0])) return wrong(number, "row", words[0], "a GPU of the header");
            continue; // a legend, a prompt, an adapter that has no column
        }
        matrix_text::row& row = found.rows[static_cast<std::size_t>(device - found.devices.begin())];
        if (row.line != 0) return wrong(number, "row", words[0], "one row a device");
        if (words.size() < found.devices.size() + 1)
            return wrong(number, words[0], std::to_string(words.size() - 1).append(" entries"),
                         std::to_string(found.devices.size()));
        row.line = number;
        row.words.assign(words.begin() + 1, words.begin() + 1 + static_cast<std::ptrdiff_t>(found.devices.size()));
        row.numa = numa_cell(line, found.devices.size(), words);
    }
    if (found.devices.empty()) return wrong(0, "matrix", "", "a line with GPU0, GPU1, ... as nvidia-smi prints it");
    for (std::size_t g = 0; g < found.gpus; ++g)
        if (found.rows[g].line == 0) return wrong(0, "row", found.devices[g], "a row for each GPU of the header");
    return found;
}

} // namespace gpupack::io::detail
