// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/numa_span.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers GPUs on few NUMA nodes. A request that must have it so says it itself: request::numa.
///
/// - Score: minus the NUMA nodes on which the chosen GPUs lie.
/// - Ties: lower GPU set.
struct fewest_numa_nodes {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate, const request&) const noexcept {
        return -fit::numa_span(candidate.node, candidate.gpus);
    }
    friend bool operator==(const fewest_numa_nodes&, const fewest_numa_nodes&) = default;
};

} // namespace gpupack::policy
