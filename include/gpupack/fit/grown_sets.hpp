// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Calls visit(set) for the set of `count` GPUs that grows from each GPU of a set, one GPU at a time: the one with the
/// best links to what the set holds, ties to the lower. A search for good links on nodes with too many GPUs to try all.
GPUPACK_CALLS_BACK
template <class Visit>
GPUPACK_HD constexpr void for_each_grown_set(const link_view& links, gpu_set gpus, int count, const Visit& visit) {
    for (std::uint32_t rest = gpus.bits(); rest != 0; rest &= rest - 1) { // not for_each_gpu: visit may be of the host
        gpu_set grown = gpu_set::of(lowest_bit(rest));
        while (grown.size() < count) {
            int best = -1;
            std::int32_t highest = -1;
            for_each_gpu(gpus - grown, [&](int next) {
                std::int32_t sum = 0;
                for_each_gpu(grown, [&](int held) { sum += links.pair(held, next); });
                if (sum <= highest) return;
                highest = sum;
                best = next;
            });
            grown.insert(best);
        }
        visit(grown);
    }
}

} // namespace gpupack::fit
