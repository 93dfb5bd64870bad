// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bit_set.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

namespace tag {
/// Tag of sets of GPUs.
struct gpu {};
} // namespace tag

/// A set of GPU indices of one node, 0 to 31. Its order breaks ties between placements on one node.
using gpu_set = basic_bit_set<tag::gpu, std::uint32_t>;

/// Calls body(index) for each GPU of the set, lowest first.
GPUPACK_CALLS_BACK
template <class Body> GPUPACK_HD constexpr void for_each_gpu(gpu_set set, Body&& body) {
    for_each_bit(set.bits(), body);
}

/// Calls body(nth, index) for each GPU of the set, lowest first; nth counts from 0.
GPUPACK_CALLS_BACK
template <class Body> GPUPACK_HD constexpr void for_each_gpu_indexed(gpu_set set, Body&& body) {
    int nth = 0;
    for (std::uint32_t rest = set.bits(); rest != 0; rest &= rest - 1) body(nth++, lowest_bit(rest));
}

} // namespace gpupack
