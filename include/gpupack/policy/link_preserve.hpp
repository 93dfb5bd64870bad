// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/link_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Takes the set of GPUs whose loss costs future requests least, weighed against how fast the set itself is.
///
/// What a set A of free GPUs of a node is worth to requests of k GPUs is the sum of link scores of the best disjoint
/// sets of k in A, in thousandths of the best score of any k GPUs of that node: 4,000 for eight GPUs that make four
/// pairs as good as any. Taking S out of A scores
///
///     own * score(S) / best(|S|)  -  sum over k = 2, 4, 8 of weight_k * (worth_k(A) - worth_k(A without S))
///
/// so that a single GPU goes where it breaks no pair and no quad, and where a node is empty, it stays so.
///
/// - Score: thousandths; 0 where nothing is known of the node's links, or it has more than 16 GPUs.
/// - Cost: eight look-ups a set.
/// - Ties: lower GPU set.
struct link_preserve {
    std::int64_t own = 8;                ///< What the speed of the set itself counts.
    std::int64_t weights[3] = {1, 1, 1}; ///< Of pairs, quads and octets: how much requests of 2, 4 and 8 GPUs count.

    static constexpr policy_properties properties{.topology_sensitive = true}; ///< What engines must know about it.

    [[nodiscard]] GPUPACK_HD score operator()(const candidate& candidate, const request&) const noexcept {
        const link_view* const known = candidate.node.type().links;
        if (known == nullptr || !known->is_tabled()) return 0;
        gpu_set free;
        for (int i = 0; i < candidate.node.gpu_count(); ++i)
            if (is_free_whole(candidate.node.gpu(i))) free.insert(i);
        score sum = 0;
        if (const std::int32_t best = known->best(candidate.gpus.size()); best > 0)
            sum = own * 1000 * known->score(candidate.gpus) / best;
        for (int k = 2, nth = 0; k <= 8 && k <= known->gpus(); k *= 2, ++nth) {
            const score lost = known->packed(k, free) - known->packed(k, free - candidate.gpus);
            sum -= weights[nth] * 1000 * lost / known->best(k);
        }
        return sum;
    }

    friend bool operator==(const link_preserve&, const link_preserve&) = default;
};

} // namespace gpupack::policy
