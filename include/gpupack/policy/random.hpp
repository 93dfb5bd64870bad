// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that random prepares: a draw a node.
struct random_scorer {
    std::uint64_t key = 0; ///< Of the decision.

    /// What engines must know about it.
    static constexpr policy_properties properties{.scope = reads::cluster, .node_id_sensitive = true};

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request&) const noexcept {
        return static_cast<score>(mix_bits(key ^ mix_bits(node.id().number() + 1)) >> 24);
    }
};

/// Chooses among the nodes that fit, each equally likely; the same choice for the same seed and decision.
struct random {
    std::uint64_t seed = 0; ///< Another seed makes other choices.

    /// The scorer of the decision with that ordinal.
    [[nodiscard]] GPUPACK_HD constexpr random_scorer scorer_at(std::uint64_t ordinal) const noexcept {
        return {mix_bits(seed ^ mix_bits(ordinal + 0x9e3779b97f4a7c15ULL))};
    }
    friend bool operator==(const random&, const random&) = default;
};

/// The scorer that gpu_random prepares: a draw a GPU.
struct gpu_random_scorer {
    std::uint64_t key = 0; ///< Of the decision.

    /// What engines must know about it.
    static constexpr policy_properties properties{
        .scope = reads::cluster, .node_id_sensitive = true, .own_candidates = true};

    /// The draw of one GPU.
    [[nodiscard]] GPUPACK_HD constexpr score draw(const node_view& node, int gpu) const noexcept {
        return static_cast<score>(
            mix_bits(key ^ mix_bits(std::uint64_t{node.id().number() + 1} << 8 ^ static_cast<std::uint64_t>(gpu))) >>
            32);
    }

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate, const request&) const noexcept {
        score sum = 0;
        for_each_gpu(candidate.gpus, [&](int i) { sum += draw(candidate.node, i); });
        return sum;
    }

    /// Offers the fitting GPUs with the highest draws: GPUs that are alike must be drawn one by one, or a used GPU
    /// beside seven idle ones would be taken half the time. GPUs that must suit each other are offered in sets that do.
    GPUPACK_CALLS_BACK
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if (request.share.is_split() || (request.numa != numa_alignment::none && request.gpus > 1)) {
            fit::for_each_candidate(
                node, request, [&](const candidate& each) { visit((*this)(each, request), each.gpus, each.slots); });
            return;
        }
        gpu_set rest = fit::fitting_gpus(node, request);
        gpu_set taken;
        score sum = 0;
        for (int k = 0; k < request.gpus && !rest.empty(); ++k) {
            int best = rest.lowest();
            for_each_gpu(rest, [&](int i) { best = draw(node, best) < draw(node, i) ? i : best; });
            rest.erase(best);
            taken.insert(best);
            sum += draw(node, best);
        }
        if (taken.size() == request.gpus) visit(sum, taken, fit::lowest_slots(node, taken, request.share));
    }
};

/// Chooses among the GPUs of the node that fit, each set of them equally likely.
struct gpu_random {
    std::uint64_t seed = 0; ///< Another seed makes other choices.

    /// The scorer of the decision with that ordinal.
    [[nodiscard]] GPUPACK_HD constexpr gpu_random_scorer scorer_at(std::uint64_t ordinal) const noexcept {
        return {mix_bits(seed ^ mix_bits(ordinal + 0xd1b54a32d192ed03ULL))};
    }
    friend bool operator==(const gpu_random&, const gpu_random&) = default;
};

} // namespace gpupack::policy
