// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers the set of GPUs that talk fastest to each other.
///
/// - Score: the sum of link_score over the pairs of the chosen GPUs; 0 for one GPU, and where nothing is known.
/// - Cost: a look-up a set of that size among the GPUs that fit. On nodes of more than 16 GPUs the sets are grown,
///   not enumerated: best_link_set says how far from the best such a set can be.
/// - Ties: lower GPU set.
struct link_bandwidth {
    static constexpr policy_properties properties{.topology_sensitive = true}; ///< What engines must know about it.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate, const request&) const noexcept {
        const link_view* const known = candidate.node.type().links;
        return known == nullptr ? 0 : known->score(candidate.gpus);
    }
    friend bool operator==(const link_bandwidth&, const link_bandwidth&) = default;
};

} // namespace gpupack::policy
