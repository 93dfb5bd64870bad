// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers GPUs in use, then idle GPUs of nodes in use, then idle nodes; in each tier, the fuller and the fewer. Of a GPU
/// its compute or its memory counts, whichever is less free.
///
/// - Score: GPUs in use: 100 - (percent free on them) / 10, at least 50; k idle GPUs of a node in use: 50 - k, at
///   least 33; an idle node of n GPUs: 33 - n, at least n (as published); 0 for a request without GPUs.
/// - Source: the GpuPacking baseline of FGD's simulator (docs/sources.md#fgd).
struct gpu_packing {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        if (request.gpus == 0) return 0;
        const int gpus = node.gpu_count();
        int idle = 0;
        for (int i = 0; i < gpus; ++i) idle += free_part(node.gpu(i), node.capacity(i)) == whole_gpu.count() ? 1 : 0;
        if (idle == gpus) return larger(33 - gpus, gpus);

        // The GPUs that fit, fullest first: in use before idle.
        const score least_free = wants_gpu_memory(request) ? part_wanted(node, request).count() / request.gpus
                                                           : request.share.compute().count();
        score fullest = 0;
        int in_use = 0;
        for (int i = 0; i < gpus; ++i) {
            const score free = free_part(node.gpu(i), node.capacity(i));
            if (free < least_free || free == whole_gpu.count()) continue;
            if (in_use == 0 || free < fullest) fullest = free;
            ++in_use;
        }
        const int idle_taken = request.gpus > in_use ? request.gpus - in_use : 0;
        if (idle_taken > 0) return larger(50 - idle_taken, 33);
        if (request.gpus == 1) return larger(100 - fullest * 100 / whole_gpu.count() / 10, 50);
        return larger(100 - percent_free_of_fullest(node, least_free, request.gpus) / 10, 50);
    }

    friend bool operator==(const gpu_packing&, const gpu_packing&) = default;

  private:
    /// The sum of the free percentages, each rounded down, of the `count` fullest GPUs in use that fit.
    [[nodiscard]] GPUPACK_HD static constexpr score percent_free_of_fullest(const node_view& node, score least_free,
                                                                            int count) noexcept {
        score sum = 0;
        for (score free = least_free; free < whole_gpu.count() && count > 0; ++free)
            for (int i = 0; i < node.gpu_count() && count > 0; ++i)
                if (free_part(node.gpu(i), node.capacity(i)) == free) {
                    sum += free * 100 / whole_gpu.count();
                    --count;
                }
        return sum;
    }
};

} // namespace gpupack::policy
