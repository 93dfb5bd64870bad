// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/labelled_matrix.hpp>
#include <gpupack/io/detail/matrix_row.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Whether a table holds words of topo -p2p, besides X.
[[nodiscard]] inline bool is_peer_matrix(const labelled_matrix& matrix) {
    bool any = false;
    for (const labelled_matrix::row& row : matrix.rows)
        for (const std::string& word : row.words) {
            any = any || is_peer_word(word);
            if (word != "X" && word != "N/A" && !is_peer_word(word)) return false;
        }
    return any && is_gpu(matrix.names[0]);
}

} // namespace detail

/// Reads which GPUs can reach each other's memory from the output of `nvidia-smi topo -p2p`: OK, or why not. The words stand
/// in `links`; how the GPUs are connected is not told, so the topology is empty.
///
/// @param file     named in errors
/// @param content  the text; of several tables, the first is read
/// @return the description, or an error with its line: no such table, a missing or ragged row, X off the diagonal
[[nodiscard]] inline expected<described_machine, input_error> describe_peer_matrix(const std::string& file,
                                                                                   std::string_view content) {
    const std::string text = detail::decoded(content);
    const detail::labelled_matrices tables{text};
    const detail::labelled_matrix* first = nullptr;
    described_machine machine;
    machine.format = "nvidia-smi topo -p2p";
    for (const detail::labelled_matrix& each : tables.all()) {
        if (!detail::is_peer_matrix(each)) continue;
        if (first == nullptr)
            first = &each;
        else
            machine.left_out.push_back({each.line, "GPU0 ...", "another table; only the first is read"});
    }
    if (first == nullptr)
        return unexpected<input_error>{input_error{
            file, 0, "table", "", "GPU0, GPU1, ... with OK, CNS, GNS, TNS or NS, as nvidia-smi topo -p2p prints it"}};
    if (auto wrong = detail::damage_of(file, *first)) return unexpected<input_error>{*std::move(wrong)};
    for (std::size_t a = 0; a < first->rows.size(); ++a) {
        for (std::size_t b = 0; b < first->rows.size(); ++b)
            if ((first->rows[a].words[b] == "X") != (a == b))
                return unexpected<input_error>{input_error{
                    file, first->rows[a].line, std::string{first->names[a]}.append(" to ").append(first->names[b]),
                    first->rows[a].words[b], "X on the diagonal, and nowhere else"}};
        described_gpu gpu;
        gpu.index = static_cast<int>(a);
        machine.gpus.push_back(std::move(gpu));
        machine.links.push_back(first->rows[a].words);
    }
    return machine;
}

} // namespace gpupack::io
