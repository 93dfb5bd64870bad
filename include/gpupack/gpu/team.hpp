// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Threads that do one job together: a block of a GPU, a whole grid, or a loop on the host.
///
/// - `for_each(count, body)` calls body(i) for each i below count, in any order and at the same time. No body may read
///   what another one writes.
/// - `once(body)` calls body() on one thread.
///
/// Both end with a barrier: every thread sees what was written before it. Bodies call nothing of the team.
template <class Type>
concept team = requires(const Type& team, void (*body)(std::uint64_t), void (*step)()) {
    team.for_each(std::uint64_t{1}, body);
    team.once(step);
};

/// Does on the host, one index after the other, what the threads of a GPU do at once.
struct host_team {
    /// Calls body(i) for each i below count.
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = 0; i < count; ++i) body(i);
    }
    /// Calls body() once.
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void once(Body&& body) const { body(); }
};

static_assert(team<host_team>);

} // namespace gpupack::gpu
