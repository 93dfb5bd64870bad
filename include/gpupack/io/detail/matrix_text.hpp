// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
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

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A matrix of `nvidia-smi topo -m` as words, before they are interpreted.
struct matrix_text {
    /// What the matrix says of one device.
    struct row {
        std::size_t line = 0; ///< In the text; 0: the row is missing.
        std::vector<std::string> words;
        std::string numa;
    };
    std::vector<std::string> devices; ///< In the order of the columns: GPUs, then adapters.
    std::size_t gpus = 0;             ///< How many of them are GPUs.
    bool numa = false;                ///< Whether there is a column with the NUMA node of a GPU's processors.
    bool gpu_numa = false;            ///< Whether there is a last one with that of its own memory.
    std::vector<row> rows;            ///< [devices]  Those of adapters may be missing.
};

/// A line as it was printed: without colours, table bars, quotation marks and the spaces around it.
[[nodiscard]] inline std::string plain_line(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            while (i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) == 0) ++i;
            continue;
        }
        if (line[i] == '|')
            text += '\t';
        else
            text += line[i] == '\r' ? ' ' : line[i];
    }
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.back())) text.pop_back();
    std::size_t first = 0;
    while (first < text.size() && (is_space(text[first]) || text[first] == '>')) ++first;
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

/// The line without the host name that some tools put before it: "node7: GPU0 X NV2".
[[nodiscard]] inline std::string without_host(std::string line) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 3 || words[0].back() != ':') return line;
    return plain_line(std::string_view{line}.substr(line.find(':') + 1));
}

/// Reads the devices and columns that a header line names.
///
/// @return whether the line is one
[[nodiscard]] inline bool take_header(matrix_text& matrix, const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty() || words[0] != "GPU0" || (words.size() > 1 && words[1] == "X")) return false;
    const auto is_column = [&](std::size_t i) {
        return words[i] == "CPU" || words[i] == "NUMA" || words[i] == "GPU";
    };
    std::size_t i = 0;
    for (; i < words.size() && !is_column(i); ++i) matrix.devices.push_back(words[i]);
    for (; i + 1 < words.size(); ++i) {
        matrix.numa = matrix.numa || (words[i] == "NUMA" && words[i + 1] == "Affinity");
        matrix.gpu_numa = matrix.gpu_numa || (words[i] == "NUMA" && words[i + 1] == "ID");
    }
    matrix.rows.resize(matrix.devices.size());
    return true;
}

/// How long the link word at the start of a text is; 0 where there is none.
[[nodiscard]] inline std::size_t link_word_length(std::string_view text) {
    for (const std::string_view word : {"SYS", "SOC", "NODE", "PHB", "PXB", "PIX", "PSB", "X"})
        if (text.starts_with(word)) return word.size();
    std::size_t end = 2;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return text.starts_with("NV") && end > 2 ? end : 0;
}

/// The words of a row, with those parted that a terminal glued together where it broke a long line: "NODEPIX".
[[nodiscard]] inline std::vector<std::string> parted(const std::vector<std::string>& words) {
    std::vector<std::string> all;
    for (const std::string& word : words) {
        std::vector<std::string> parts;
        std::string_view rest = word;
        for (std::size_t length = link_word_length(rest); length > 0; length = link_word_length(rest)) {
            parts.emplace_back(rest.substr(0, length));
            rest.remove_prefix(length);
        }
        if (rest.empty())
            all.insert(all.end(), parts.begin(), parts.end());
        else
            all.push_back(word);
    }
    return all;
}

/// What a row says of the NUMA node, behind its links: the cell after that of the CPUs, which may be empty. Cells are
/// separated by tabs where there are any, otherwise the words that are left.
[[nodiscard]] inline std::string numa_cell(const matrix_text& matrix, const std::string& line,
                                           const std::vector<std::string>& words) {
    if (!matrix.numa) return {};
    const std::size_t devices = matrix.devices.size();
    std::vector<std::string> cells;
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        cells.push_back(plain_line(std::string_view{line}.substr(begin, end - begin)));
        begin = end + 1;
    }
    if (cells.size() > devices + 1) return cells.size() > devices + 2 ? cells[devices + 2] : "";
    std::size_t left = words.size() - std::min(words.size(), devices + 1);
    if (matrix.gpu_numa && left > 0) --left; // that one is never empty
    if (left >= 2) return words[devices + 2];
    // A single cell is that of the CPUs, unless it is just a number.
    return left == 1 && words[devices + 1].find_first_of("-,") == std::string::npos ? words[devices + 1] : "";
}

/// Finds the first matrix in a text, whatever is around it.
class matrix_finder {
  public:
    explicit matrix_finder(const std::string& file) : file_{file} {}

    /// @return the matrix, or an error: no matrix; GPUs that are not GPU0, GPU1, ...; a GPU without a row or with two; a
    ///         row with too few entries
    [[nodiscard]] expected<matrix_text, input_error> find(std::string_view content) {
        for (std::string_view rest = content; !rest.empty() && !error_ && !ended_;) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string line = without_host(plain_line(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++number_;
            if (found_.devices.empty())
                take_first(line);
            else
                take_row(line);
        }
        if (found_.devices.empty()) wrong(0, "matrix", "", "a line with GPU0, GPU1, ... as nvidia-smi prints it");
        if (const std::size_t missing = first_missing(); missing < found_.gpus)
            wrong(0, "row", found_.devices[missing], "a row for each GPU of the header");
        if (error_) return unexpected<input_error>{*error_};
        return std::move(found_);
    }

  private:
    void wrong(std::size_t line, std::string field, std::string value, std::string expected) {
        if (!error_) error_ = input_error{file_, line, std::move(field), std::move(value), std::move(expected)};
    }

    [[nodiscard]] std::size_t first_missing() const {
        std::size_t gpu = 0;
        while (gpu < found_.gpus && found_.rows[gpu].line != 0) ++gpu;
        return gpu;
    }

    void take_first(const std::string& line) {
        if (!take_header(found_, line)) return;
        for (; found_.gpus < found_.devices.size() && is_gpu(found_.devices[found_.gpus]); ++found_.gpus) {
            const std::string name = std::string{"GPU"}.append(std::to_string(found_.gpus));
            if (found_.devices[found_.gpus] != name)
                return wrong(number_, "header", found_.devices[found_.gpus], name);
        }
    }

    void take_row(const std::string& line) {
        const std::vector<std::string> words = parted(words_of(line));
        if (words.empty()) return;
        if (matrix_text other; first_missing() == found_.gpus && take_header(other, line)) {
            ended_ = true; // another matrix: of topo -p2p, or of another machine
            return;
        }
        const auto device = std::find(found_.devices.begin(), found_.devices.end(), words[0]);
        if (device == found_.devices.end()) {
            if (is_gpu(words[0])) wrong(number_, "row", words[0], "a GPU of the header");
            return; // a legend, a prompt, an adapter that has no column
        }
        matrix_text::row& row = found_.rows[static_cast<std::size_t>(device - found_.devices.begin())];
        if (row.line != 0) return wrong(number_, "row", words[0], "one row a device");
        if (words.size() < found_.devices.size() + 1)
            return wrong(number_, words[0], std::to_string(words.size() - 1).append(" entries"),
                         std::to_string(found_.devices.size()));
        row.line = number_;
        row.words.assign(words.begin() + 1, words.begin() + 1 + static_cast<std::ptrdiff_t>(found_.devices.size()));
        row.numa = numa_cell(found_, line, words);
    }

    const std::string& file_;
    matrix_text found_;
    std::size_t number_ = 0;
    bool ended_ = false;
    std::optional<input_error> error_;
};

} // namespace gpupack::io::detail
