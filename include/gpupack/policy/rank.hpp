// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// The slot that a policy takes for one instance on each GPU that has a place.
template <candidate_scorer Scorer> struct instance_slots {
    std::uint8_t slots[max_gpus_per_node] = {}; ///< [GPUs] By index; ties to the lowest start.

    GPUPACK_HD constexpr instance_slots(const Scorer& scorer, const node_view& node, const request& request) noexcept {
        gpupack::request one = request;
        one.gpus = 1;
        const gpu_set fitting = fit::fitting_gpus(node, request);
        for (int i = 0; i < node.gpu_count(); ++i) {
            if (!fitting.contains(i)) continue;
            ranked_selection<decltype(scorer(candidate{}, request))> best;
            fit::for_each_free_slot(node, i, request.share, [&](int slot) {
                const candidate each{node, gpu_set::of(i), slot_list{slot}};
                const ranked_selection<decltype(scorer(candidate{}, request))> offered{each.selected(),
                                                                                       scorer(each, one)};
                if (offered.precedes(best)) best = offered;
            });
            slots[i] = static_cast<std::uint8_t>(best.slots[0]);
        }
    }

    /// Those of some GPUs.
    [[nodiscard]] GPUPACK_HD constexpr slot_list among(gpu_set gpus) const noexcept {
        slot_list list;
        for_each_gpu_indexed(gpus, [&](int nth, int i) { list.set(nth, slots[i]); });
        return list;
    }
};

/// The best candidate of a node under a candidate_scorer, which may enumerate candidates and scores itself. Where several
/// GPUs get an instance each, the start on each of them is the one that the policy takes for one instance there.
template <candidate_scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto
best_candidate(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    using score_type = decltype(scorer(candidate{}, request));
    using traits = policy_traits<Scorer>;
    constexpr fit::by_links links = traits::properties.topology_sensitive ? fit::by_links::yes : fit::by_links::no;
    ranked_selection<score_type> best;
    const auto offer = [&](score_type value, gpu_set gpus, slot_list slots) {
        const ranked_selection<score_type> offered{{node.id(), gpus, slots}, value};
        if (offered.precedes(best)) best = offered;
    };
    if constexpr (!traits::properties.own_candidates) {
        if (in_profiles(request.share.way()) && request.gpus > 1) {
            const instance_slots<Scorer> slots{scorer, node, request};
            fit::for_each_candidate(
                node, request,
                [&](const candidate& each) {
                    const candidate chosen{node, each.gpus, slots.among(each.gpus)};
                    offer(scorer(chosen, request), chosen.gpus, chosen.slots);
                },
                links);
            return best;
        }
    }
    if constexpr (traits::visits_scores)
        scorer.for_each_score(node, request, offer);
    else
        fit::for_each_candidate(
            node, request, [&](const candidate& each) { offer(scorer(each, request), each.gpus, each.slots); }, links);
    return best;
}

} // namespace detail

/// Whether ranking a node finds the choice of GPUs there as well: of scorers that score each choice.
template <scorer Scorer> inline constexpr bool ranks_choices = !node_then_gpus_scorer<Scorer> && !node_scorer<Scorer>;

/// The best choice on a node with its score: node_score and select_gpus in one. The request must fit the node.
template <scorer Scorer>
requires ranks_choices<Scorer>
[[nodiscard]] GPUPACK_HD constexpr auto best_choice(const Scorer& scorer, const node_view& node,
                                                    const request& request) noexcept {
    return detail::best_candidate(scorer, node, request);
}

/// The number by which nodes compare: the score of the node, or of the best choice of GPUs on it. The request must
/// fit the node.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto node_score(const Scorer& scorer, const node_view& node,
                                                                            const request& request) noexcept {
    if constexpr (node_then_gpus_scorer<Scorer>)
        return policy::node_score(scorer.node, node, request);
    else if constexpr (node_scorer<Scorer>)
        return scorer(node, request);
    else
        return detail::best_candidate(scorer, node, request).score;
}

/// What to take on the node that won: the best choice there, ties to the lowest set, then to the lowest slots.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr selection
select_gpus(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    if constexpr (node_then_gpus_scorer<Scorer>) {
        return policy::select_gpus(scorer.gpus, node, request);
    } else if constexpr (node_scorer<Scorer>) {
        const gpu_set gpus = fit::lowest_gpus(node, request);
        return {node.id(), gpus, fit::lowest_slots(node, gpus, request.share)};
    } else {
        return detail::best_candidate(scorer, node, request);
    }
}

} // namespace gpupack::policy
