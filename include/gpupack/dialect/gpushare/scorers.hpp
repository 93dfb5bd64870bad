// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers the GPUs with the least memory free that will do; for a request in compute alone, the least compute.
///
/// Score: minus what is free on the chosen GPUs, in MiB or milli-GPUs.
/// Ties: lower GPU set, as there.
/// Source: the device pick of Alibaba's gpushare scheduler extender (docs/sources.md#gpushare).
struct gpushare {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score free = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_load load = load_of(chosen.node, i, request);
            free += load.capacity - load.used;
        });
        return -free;
    }
    friend bool operator==(const gpushare&, const gpushare&) = default;
};

static_assert(policy::scorer<gpushare>);

} // namespace gpupack::dialect
