// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a pod asks for, or what a topology domain has free, as Kueue adds it up: GPUs are whole ones, of one kind.
struct kueue_amounts {
    milli_cpu cpu{};       ///< CPU.
    mebibytes memory{};    ///< Memory.
    std::int64_t gpus = 0; ///< Whole GPUs.
    std::int64_t pods = 1; ///< Pods: 1 of a pod, what the kubelet still admits of a domain.

    /// How many such pods a domain holds. What a pod does not ask for does not count, and a domain that is over-committed holds none.
    ///
    /// @param free  what the domain has free
    [[nodiscard]] constexpr std::int64_t times_in(const kueue_amounts& free) const noexcept {
        std::int64_t times = max_amount;
        const auto limit = [&](std::int64_t amount, std::int64_t part) {
            if (part > 0) times = std::min(times, std::max<std::int64_t>(0, amount / part));
        };
        limit(free.cpu.count(), cpu.count());
        limit(free.memory.count(), memory.count());
        limit(free.gpus, gpus);
        limit(free.pods, pods);
        return times;
    }
    /// Adds an amount some times; a negative number takes it off.
    ///
    /// @param amount  of one pod
    /// @param times   how often
    constexpr void add(const kueue_amounts& amount, std::int64_t times = 1) noexcept {
        cpu += milli_cpu{amount.cpu.count() * times};
        memory += mebibytes{amount.memory.count() * times};
        gpus += amount.gpus * times;
        pods += amount.pods * times;
    }

    friend constexpr bool operator==(const kueue_amounts&, const kueue_amounts&) = default;
};

} // namespace gpupack::dialect
