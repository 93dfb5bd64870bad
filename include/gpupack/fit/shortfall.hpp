// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// How much a node would have to gain for a request to fit; 0 where nothing is missing.
struct shortfall {
    node_id node{};         ///< the node
    milli_cpu cpu{};        ///< CPU of the host
    mebibytes memory{};     ///< memory of the host
    int gpus = 0;           ///< GPUs that would have to become idle, open to slices, or free at a place for the profile
    milli_gpu compute{};    ///< compute of the GPU that would be the last one chosen
    mebibytes gpu_memory{}; ///< memory of that GPU; for a split slice, of all its GPUs together

    GPUPACK_HD friend constexpr bool operator==(const shortfall& a, const shortfall& b) noexcept {
        return a.node == b.node && a.cpu == b.cpu && a.memory == b.memory && a.gpus == b.gpus &&
               a.compute == b.compute && a.gpu_memory == b.gpu_memory;
    }
};

/// What is missing of an amount, in thousandths of what is asked for, rounded up: the common measure of different
/// units; 0 where nothing is asked for.
template <class Amount>
[[nodiscard]] GPUPACK_HD constexpr std::int64_t missing_part(Amount lack, Amount request) noexcept {
    return request.count() == 0 ? 0 : (lack.count() * 1000 + request.count() - 1) / request.count();
}

/// How far off a shortfall is: the sum over what is missing, in thousandths of what is asked for.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t distance(const shortfall& lack, const request& request) noexcept {
    const std::int64_t gpus = request.gpus == 0 ? 0 : (std::int64_t{1000} * lack.gpus) / request.gpus;
    mebibytes gpu_memory = request.share.is_split() ? request.share.total_memory() : request.share.memory();
    if (request.share.memory_part() > 0) gpu_memory = lack.gpu_memory; // GPUs may differ: any lack is a whole one
    return missing_part(lack.cpu, request.cpu) + missing_part(lack.memory, request.memory) + gpus +
           missing_part(lack.compute, request.share.compute()) + missing_part(lack.gpu_memory, gpu_memory);
}

} // namespace gpupack::fit
