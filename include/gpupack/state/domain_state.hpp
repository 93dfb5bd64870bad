// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// What is free in a domain now, added up over its nodes.
struct domain_state {
    std::int64_t compute_free = 0; ///< milli-GPUs over all GPUs, those of closed nodes included
    std::int64_t idle_gpus = 0;    ///< GPUs that may be given whole; none of closed nodes
    std::array<std::uint32_t, max_gpus_per_node + 1> by_idle{}; ///< [n] how many nodes have n such GPUs

    /// How many requests for that many whole GPUs the idle GPUs are enough for: an upper bound, since CPU and
    /// memory may be short. Cost: one pass over 33 counts.
    [[nodiscard]] std::int64_t room_for(int gpus) const noexcept {
        if (gpus == 0) return INT64_MAX;
        std::int64_t room = 0;
        for (int n = gpus; n <= max_gpus_per_node; ++n)
            room += std::int64_t{by_idle[static_cast<std::size_t>(n)]} * (n / gpus);
        return room;
    }

    friend bool operator==(const domain_state&, const domain_state&) = default;
};

} // namespace gpupack
