// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/mig_lines.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// Reads the MIG instances that stand on the GPUs of a machine from the output of `nvidia-smi mig -lgi`. standing_instances()
/// turns those of a GPU into what gpu_setup::instances takes. GPUs without instances are not in that list.
///
/// @param file     named in errors
/// @param content  the text, with whatever is around the rows
/// @return the description, without links; or an error with its line: no instance, two that overlap, a placement beyond 16
[[nodiscard]] inline expected<described_machine, input_error> describe_mig_instances(const std::string& file,
                                                                                     std::string_view content) {
    described_machine machine;
    machine.format = "nvidia-smi mig -lgi";
    std::optional<input_error> error;
    detail::printings tables;
    detail::for_each_line(detail::decoded(content), [&](std::size_t number, std::string_view raw) {
        const std::string text = detail::plain_line(raw);
        const auto line = detail::mig_line_in(text);
        if (!line || line->words.size() < 3) {
            tables.see(text);
            return true;
        }
        const std::string& placement = line->words[2];
        const std::size_t colon = placement.find(':');
        if (colon == std::string::npos) return true; // a row of another table
        const auto start = detail::small_number(std::string_view{placement}.substr(0, colon));
        const auto size = detail::small_number(std::string_view{placement}.substr(colon + 1));
        if (tables.repeats(line->gpu)) {
            machine.left_out.push_back(
                {number, text.substr(0, 120), "the instances of this GPU again; only the first table is read"});
            return true;
        }
        const auto wrong = [&](const char* expected) {
            error = input_error{file, number, "placement", placement, expected};
            return false;
        };
        if (!start || !size || *size == 0 || *start + *size > 16) return wrong("START:SIZE within 16 memory slices");
        std::vector<described_instance>& instances = detail::gpu_of(machine, line->gpu).instances;
        for (const described_instance& other : instances)
            if (*start < *other.start + other.size && *other.start < *start + *size)
                return wrong("a place that no other instance of that GPU takes");
        instances.push_back({line->profile, *start, *size, line->words[1]});
        return true;
    });
    if (machine.gpus.empty() && !error)
        error = input_error{file, 0, "instances", "",
                            "rows such as 0  MIG 1g.10gb  19  7  0:1, as nvidia-smi mig -lgi prints them"};
    if (error) return unexpected<input_error>{*std::move(error)};
    return machine;
}

} // namespace gpupack::io
