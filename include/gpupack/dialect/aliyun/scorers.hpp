// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Fills one GPU before the next: those in use before idle ones, and the fullest first. A vGPU so joins the boards
/// that are cut into its size already.
///
/// Score: for each chosen GPU, 2000 where it is in use, and the thousandths of it that are in use, rounded down.
/// Ties: lower GPU set; none is documented.
/// Source: the placement `binpack` of Alibaba Cloud's shared GPU scheduling, as its documents describe it, and its
/// vGPU instances, whose placement is not published (docs/sources.md#aliyun).
struct aliyun_vgpu {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_load load = load_of(chosen.node, i, request);
            if (chosen.node.gpu(i).sharers() > 0) sum += 2000;
            sum += 1000 * load.used / load.capacity;
        });
        return sum;
    }
    friend bool operator==(const aliyun_vgpu&, const aliyun_vgpu&) = default;
};

static_assert(policy::scorer<aliyun_vgpu>);

} // namespace gpupack::dialect
