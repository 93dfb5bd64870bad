// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>

#include <cstdint>
#include <string>

namespace gpupack::inline GPUPACK_ABI {

/// Compute that is given in percent of a GPU, as a slice takes it: 1 percent is exactly 10 milli-GPUs.
///
/// Errors: less than 0 or more than 100 percent.
[[nodiscard]] inline expected<milli_gpu, input_error> compute_percent(std::int64_t percent) {
    if (percent < 0 || percent > 100)
        return bad_input("slice compute", std::to_string(percent).append(" %"), "from 0 to 100 %");
    return milli_gpu{10 * percent};
}

} // namespace gpupack
