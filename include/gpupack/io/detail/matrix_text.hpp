// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/matrix_cells.hpp>
#include <gpupack/io/detail/matrix_header.hpp>
#include <gpupack/io/detail/matrix_row.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A matrix of `nvidia-smi topo -m` as words, before they are interpreted.
struct matrix_text {
    matrix_header header;
    std::vector<matrix_row> rows;        ///< [devices]  Those of adapters may be missing.
    std::vector<left_out_text> left_out; ///< Lines among the rows that belong to nothing.

    [[nodiscard]] std::size_t gpus() const noexcept { return header.gpus; }
};

/// Finds the first matrix in a text, whatever is around it.
class matrix_finder {
  public:
    explicit matrix_finder(const std::string& file) : file_{file} {}

    /// @param content  decoded
    /// @return the matrix, or an error: no matrix; GPUs that are not GPU0, GPU1, ...; a GPU without a row or with two; a
    ///         row of a GPU with too few entries for the GPUs, or with a word that is no link
    [[nodiscard]] expected<matrix_text, input_error> find(std::string_view content) {
        for_each_line(content, [&](std::size_t number, std::string_view line) {
            number_ = number;
            take(plain_line(line));
            return !error_ && !ended_;
        });
        if (found_.gpus() == 1 && found_.rows[0].line == 0) found_ = {}; // a sentence that ends in GPU0
        restore_row();
        check();
        if (error_) return unexpected<input_error>{*error_};
        part_last_links();
        return std::move(found_);
    }

  private:
    void wrong(std::size_t line, std::string field, std::string value, std::string expected) {
        if (!error_) error_ = input_error{file_, line, std::move(field), std::move(value), std::move(expected)};
    }

    [[nodiscard]] bool has_header() const noexcept { return !found_.header.devices.empty(); }
    [[nodiscard]] std::size_t first_missing() const {
        std::size_t gpu = 0;
        while (gpu < found_.gpus() && found_.rows[gpu].line != 0) ++gpu;
        return gpu;
    }

    void take(const std::string& line) {
        if (line.empty()) return;
        if (auto header = header_in(line)) return take_header(*std::move(header), line);
        if (!has_header()) return;
        if (auto row = row_in(found_.header, line)) return take_row(*std::move(row));
        if (!has_rows_ && continue_header(line)) return;
        if (pending_ != nullptr && pending_->continue_with(line, found_.header)) return;
        if (has_rows_ && foreign_.size() < 1000)
            foreign_.push_back({number_, line.substr(0, 120), "not part of the matrix"});
    }

    void take_header(matrix_header header, const std::string& line) {
        if (has_rows_ && first_missing() == found_.gpus()) {
            found_.left_out.push_back({number_, line.substr(0, 120), "a second matrix; only the first is read"});
            ended_ = true; // of topo -p2p, or of another machine
            return;
        }
        if (has_rows_) return;
        for (std::size_t gpu = 0; gpu < header.gpus; ++gpu) {
            const std::string name = std::string{"GPU"}.append(std::to_string(gpu));
            if (header.devices[gpu] != name) return wrong(number_, "header", header.devices[gpu], name);
        }
        found_.header = std::move(header);
        found_.rows.assign(found_.header.devices.size(), {});
        header_text_ = line;
    }

    /// A header that a terminal broke into lines, in the middle of a word or between two: the way that finds more in it.
    [[nodiscard]] bool continue_header(const std::string& line) {
        const auto size_of = [](const matrix_header& header) {
            return header.devices.size() + static_cast<std::size_t>(header.titles);
        };
        std::optional<std::pair<matrix_header, std::string>> best;
        for (const char* const gap : {"", " "}) {
            const std::string text = std::string{header_text_}.append(gap).append(line);
            auto header = text.size() < 10000 ? header_in(text) : std::nullopt;
            if (!header || (*gap == '\0' && !goes_on(*header))) continue;
            if (size_of(*header) > size_of(best ? best->first : found_.header)) best = {*std::move(header), text};
        }
        if (best) take_header(std::move(best->first), best->second);
        return best.has_value();
    }

    /// Whether nothing is wrong with a header but what the next line may put right: the name at its end.
    [[nodiscard]] static bool goes_on(const matrix_header& header) {
        return header.whole() || (header.titles == 0 && is_cut_name(header.damage));
    }

    void take_row(matrix_row read) {
        read.line = number_;
        const auto device = std::find(found_.header.devices.begin(), found_.header.devices.end(), read.device);
        if (device == found_.header.devices.end()) {
            if (is_gpu(read.device)) return wrong(number_, "row", read.device, "a GPU of the header");
            found_.left_out.push_back({number_, read.device, "an adapter that has no column"});
            return;
        }
        if (read.is_of_other_matrix) return forget_header();
        const auto index = static_cast<std::size_t>(device - found_.header.devices.begin());
        matrix_row& row = found_.rows[index];
        if (!row.words.empty() && index < found_.gpus()) return wrong(number_, "row", read.device, "one row a device");
        found_.left_out.insert(found_.left_out.end(), foreign_.begin(), foreign_.end());
        foreign_.clear();
        if (!row.words.empty()) {
            found_.left_out.push_back({number_, read.device, "a second row of this adapter"});
            return;
        }
        row = std::move(read);
        pending_ = &row;
        has_rows_ = true;
    }

    /// "NV116-31" is NV11 and 6-31, or NV1 and 16-31: where the last column is glued to the processors, the link in the other
    /// direction tells.
    void part_last_links() {
        const std::size_t last = found_.header.devices.size() - 1;
        if (last >= found_.gpus()) return;
        for (std::size_t gpu = 0; gpu < last; ++gpu) {
            matrix_row& row = found_.rows[gpu];
            const std::string& other = found_.rows[last].words[gpu];
            std::string& word = row.words[last];
            const bool glued = !row.tail.empty() && is_digit(row.tail[0]);
            if (!glued || !word.starts_with("NV") || word.size() != 4 || other != word.substr(0, 3)) continue;
            row.tail.insert(0, 1, word.back());
            word = other;
        }
    }

    /// The links of one GPU whose row is cut, from its column: all links are printed twice. What is left of the row must agree with
    /// the column, up to a last word that is cut.
    void restore_row() {
        const std::size_t gpus = found_.gpus();
        const auto is_whole = [&](const matrix_row& row) { return row.line != 0 && row.words.size() >= gpus; };
        const auto first = found_.rows.begin();
        const auto end = first + static_cast<std::ptrdiff_t>(gpus);
        const auto damaged = std::find_if_not(first, end, is_whole);
        if (damaged == end || damaged->line == 0 || !std::all_of(damaged + 1, end, is_whole)) return;
        const auto self = static_cast<std::size_t>(damaged - first);
        std::vector<std::string> words;
        for (std::size_t gpu = 0; gpu < gpus; ++gpu) words.push_back(gpu == self ? "X" : found_.rows[gpu].words[self]);
        const std::size_t left = damaged->words.size();
        for (std::size_t i = 0; i < left; ++i)
            if (damaged->words[i] != words[i] && (i + 1 < left || !words[i].starts_with(damaged->words[i]))) return;
        if (!damaged->stop.empty() && !(damaged->cut && words[left].starts_with(damaged->stop))) return;
        found_.left_out.push_back({damaged->line, found_.header.devices[self], "its row is cut; its column was used"});
        damaged->words = std::move(words);
        damaged->stop.clear();
        damaged->tail.clear();
    }

    /// It belongs to another question, such as topo -p2p; the matrix of topo -m may follow.
    void forget_header() {
        if (first_missing() == found_.gpus()) return;
        found_ = {};
        has_rows_ = false;
        pending_ = nullptr;
        other_ = number_;
    }

    void check() {
        if (!has_header() && other_ > 0)
            wrong(other_, "matrix", "words of topo -p2p", "the matrix of nvidia-smi topo -m");
        if (!has_header()) wrong(0, "matrix", "", "a line with GPU0, GPU1, ... as nvidia-smi prints it");
        for (std::size_t gpu = 0; gpu < found_.gpus(); ++gpu) {
            const matrix_row& row = found_.rows[gpu];
            if (row.line == 0) continue;
            if (row.words.size() >= found_.gpus()) continue;
            const std::string& name = found_.header.devices[gpu];
            if (row.stop.empty())
                wrong(row.line, name, std::to_string(row.words.size()).append(" entries"),
                      std::to_string(found_.header.devices.size()));
            else
                wrong(row.line, std::string{name}.append(" to ").append(found_.header.devices[row.words.size()]),
                      row.stop, "NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
        }
        if (const std::size_t missing = first_missing(); missing < found_.gpus())
            wrong(0, "row", found_.header.devices[missing], "a row for each GPU of the header");
    }

    const std::string& file_;
    matrix_text found_;
    std::string header_text_;
    std::vector<left_out_text> foreign_; // they are left out if a row follows
    matrix_row* pending_ = nullptr;      // the last row, which may go on
    std::size_t number_ = 0;
    std::size_t other_ = 0; // the line of a matrix of another question
    bool has_rows_ = false;
    bool ended_ = false;
    std::optional<input_error> error_;
};

} // namespace gpupack::io::detail
