// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers GPUs in use over idle ones, and among each the lower index; with `least_loaded`, those of which the
/// largest part is free.
///
/// Score: 2000 a GPU in use, and with least_loaded the thousandths of it that are free, rounded down.
/// Ties: lower GPU set.
/// Source: the choice of GPUs for shards of Slurm, LL_SHARED_GRES for least_loaded (docs/sources.md#slurm).
struct slurm_shard {
    bool least_loaded = false; ///< Whether it is LL_SHARED_GRES.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request&) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_state& gpu = chosen.node.gpu(i);
            if (gpu.sharers() > 0) sum += 2000;
            if (least_loaded) sum += policy::score{1000} * gpu.compute_free / chosen.node.capacity(i).compute;
        });
        return sum;
    }
    friend bool operator==(const slurm_shard&, const slurm_shard&) = default;
};

static_assert(policy::scorer<slurm_shard>);

} // namespace gpupack::dialect
