// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers GPUs that are close to a network adapter, for tasks that talk to other nodes.
///
/// - Score: the sum, over the chosen GPUs, of the link score of the best way to any adapter: 10 to 60 each; 0 where
///   nothing is known.
/// - Ties: lower GPU set.
struct nic_affinity {
    static constexpr policy_properties properties{.topology_sensitive = true}; ///< What engines must know about it.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate, const request&) const noexcept {
        const link_view* const known = candidate.node.type().links;
        if (known == nullptr) return 0;
        score sum = 0;
        for_each_gpu(candidate.gpus, [&](int i) { sum += known->to_network(i); });
        return sum;
    }
    friend bool operator==(const nic_affinity&, const nic_affinity&) = default;
};

} // namespace gpupack::policy
