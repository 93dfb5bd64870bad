// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// A set of GPUs from "0,2-5" or "none", as to_text(gpu_set) writes it: gpus_from_text() with an error that says where.
///
/// @param text  numbers and ranges of GPUs of one node, separated by commas, in any order
/// Errors: a part that is no number from 0 to 31 and no range of such; the error names its column.
[[nodiscard]] inline expected<gpu_set, input_error> gpu_set_from_text(std::string_view text) {
    if (const auto gpus = gpus_from_text(text)) return *gpus;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        if (part == "none" || !gpus_from_text(part))
            return bad_input(std::string{"GPUs, column "}.append(std::to_string(begin + 1)), std::string{part},
                             std::string{"a number from 0 to "}
                                 .append(std::to_string(max_gpus_per_node - 1))
                                 .append(", or two and a dash: 2-5"));
        begin = end + 1;
    }
    return bad_input("GPUs, column 1", std::string{text}, "numbers of GPUs: 0,2-5");
}

} // namespace gpupack
