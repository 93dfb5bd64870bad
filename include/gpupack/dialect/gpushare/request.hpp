// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The request that the gpushare extender would serve: what the containers of a pod ask for together, on one GPU.
///
/// Errors: an amount below 0, or more MiB than any GPU.
/// Source: the extender's GetGPUMemoryFromPodResource (docs/sources.md#gpushare).
///
/// @param containers  units of aliyun.com/gpu-mem of each container
/// @param unit_mib    MiB that a unit stands for: 1024 as installed, or 1
/// @return            a request without GPUs where they ask for none
[[nodiscard]] inline expected<request, input_error> gpushare_request(const std::vector<std::int64_t>& containers,
                                                                     std::int64_t unit_mib = 1024) {
    std::int64_t sum = 0;
    for (const std::int64_t units : containers) {
        if (units < 0 || unit_mib < 1 || units > (max_amount - sum) / unit_mib)
            return bad_input("aliyun.com/gpu-mem", std::to_string(units), "0 or more, at most 2147483647 MiB together");
        sum += units * unit_mib;
    }
    if (sum == 0) return request{};
    return request{.gpus = 1, .share = slice{.memory = mebibytes{sum}}};
}

} // namespace gpupack::dialect
