// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/fall_choice.hpp>
#include <gpupack/gpu/detail/place_in_order.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/device_preparation.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// How a batch is placed on a GPU.
struct batch_options {
    /// Memory for index trees, in bytes. If it does not hold a tree for every request class, the batch is placed in
    /// several segments.
    std::size_t tree_bytes = std::size_t{1} << 33;
    /// How many decisions the scheduler made before; random policies draw by it.
    std::uint64_t ordinal = 0;
    /// What is placed for a request.
    request_rule rule = request_rule::as_requested;
};

/// How many index trees of that many nodes fit into memory; one at least.
///
/// @param bytes  of memory
/// @param nodes  of the cluster
template <policy::policy Policy>
[[nodiscard]] constexpr std::size_t trees_within(std::size_t bytes, std::size_t nodes) noexcept {
    const detail::tree_levels levels{static_cast<std::uint32_t>(nodes)};
    const std::size_t tree = levels.bytes<key_under<Policy>>();
    return bytes < tree ? 1 : bytes / tree;
}

namespace detail {

/// Places the requests by trees that are kept: all are filled by the whole GPU, then one block takes request after request.
template <class Space, class Policy>
void place_by_trees(Space& space, const writable_cluster_view& view, const Policy& policy, const cluster& cluster,
                    const plan::batch_plan& plan, const std::vector<request>& distinct, selection* choices) {
    using key = key_under<Policy>;
    const tree_levels levels{view.size};
    const std::size_t entrants = std::size_t{plan.trees} * levels.entrants;
    const auto count = static_cast<std::uint32_t>(plan.class_of.size());
    auto keys = space.template allocate<key>(entrants);
    auto chosen = space.template allocate<gpu_set>(entrants);
    auto entered = space.template allocate<std::uint8_t>(entrants);
    auto winners = space.template allocate<ranked_node<key>>(std::size_t{plan.trees} * levels.winners);
    auto seen = space.template allocate<std::uint32_t>(plan.trees);
    auto latest = space.template allocate<std::uint32_t>(std::size_t{view.size} + levels.winners);
    auto log = space.template allocate<std::uint32_t>(count);
    copied_vectors<Space> copies{space};
    policy::device_preparation_of<Policy> preparation{policy, cluster, distinct};
    const auto prepared = preparation.view(copies);
    using prepared_type = std::remove_const_t<decltype(prepared)>;
    fall_glance_table falls;
    if constexpr (policy::scores_by_fall<policy::scorer_of<Policy>>)
        falls = {cluster.types(), distinct,
                 policy::prepare(policy, policy::decision{cluster, distinct.front(), 0}).measure()};
    const batch_workspace<key> workspace{.cluster = view,
                                         .trees = {keys.data(), chosen.data(), entered.data(), winners.data(), levels},
                                         .seen = seen.data(),
                                         .latest = latest.data(),
                                         .log = log.data(),
                                         .logged = copies(std::vector<std::uint32_t>{0}),
                                         .log_capacity = count,
                                         .falls = falls.view(copies)};
    const batch_requests flat{copies(plan.classes), copies(plan.class_of), copies(plan.tree_of), choices};
    const plan::tree_fill* const fills = copies(plan.fills);
    for (const plan::batch_segment& each : plan.segments) {
        const plan::tree_fill* const first = fills + each.first_fill;
        const std::uint64_t number = each.last_fill - each.first_fill;
        space.run(number * levels.entrants, enter_nodes<key, prepared_type>{workspace, flat.classes, first, prepared});
        for (std::uint32_t level = 0; level < levels.depth; ++level)
            space.run(number * levels.count_at[level], settle_level<key>{workspace, first, level});
        space.run_in_block(place_in_order_job<key, prepared_type>{workspace, flat, prepared, each.first, each.last});
    }
}

/// Places the requests under a policy whose scorers are made on the GPU, each for one decision: a rank of all nodes for each.
template <class Space, class Policy>
void place_by_ranks(Space& space, const writable_cluster_view& view, const Policy& policy, const cluster& cluster,
                    const plan::batch_plan& plan, const std::vector<request>& distinct, std::uint64_t ordinal,
                    selection* choices) {
    copied_vectors<Space> copies{space};
    policy::device_preparation_of<Policy> preparation{policy, cluster, distinct};
    const auto prepared = preparation.view(copies);
    using prepared_type = std::remove_const_t<decltype(prepared)>;
    using scorer = typename prepared_type::scorer_type;
    const request* const classes = copies(distinct);
    policy::value_span* const parts = copies(std::vector<policy::value_span>(span_parts));
    auto decision = space.template allocate<prepared_request<scorer>>(1);
    for (std::size_t r = 0; r < plan.class_of.size(); ++r) {
        const std::uint32_t nth = plan.class_of[r];
        if constexpr (policy::measuring_view<prepared_type>) {
            space.run(span_parts, measure_part<prepared_type>{view.view(), classes + nth, nth, prepared, parts});
            space.run(span_parts / span_stride, join_parts{parts, 1, span_stride});
            space.run(1, join_parts{parts, span_stride, span_parts / span_stride});
        }
        space.run(1,
                  prepare_decision<prepared_type>{classes + nth, nth, ordinal + r, prepared, parts, decision.data()});
        const auto best = rank_lists<scorer>(space, view.view(), decision.data(), 1, 1, 0);
        space.run(1, take_ranked<search::key_of<scorer>, scorer>{view, decision.data(), best.data(), choices + r});
    }
}

/// Places the requests under a policy that must see the cluster before each decision: it is prepared on the host, on a copy
/// that follows, and the GPU ranks.
template <class Space, class Policy> [[nodiscard]] expected<std::vector<selection>, gpu_error>
place_one_by_one(resident_cluster<Space>& resident, cluster follower, const Policy& policy,
                 const std::vector<request>& requests, const batch_options& options) {
    std::vector<selection> choices;
    choices.reserve(requests.size());
    for (const request& each : requests) {
        const std::vector<request> effective{effective_request(options.rule, each)};
        const auto best = best_nodes(resident, follower, policy, effective, 1, options.ordinal + choices.size());
        if (!best) return unexpected<gpu_error>{best.error()};
        choices.push_back(selection{best->front()});
        if (!choices.back().found()) continue;
        (void)follower.take(best->front().node, best->front().gpus, effective.front(), best->front().slots);
        resident.changed(choices.back().node);
    }
    return choices;
}

} // namespace detail

/// Chooses where the requests of a batch go, one after the other in their order, in one call: as plan::place_batch.
///
/// Cost: for policies that keep scores, a score for each request class and node, and a score for each placement and class
/// between two requests of it; else a score for each request and node, and for policies that can only be prepared on the
/// host (policy::device_preparable) a round trip for each request.
///
/// @param resident  the cluster on the GPU, brought up to date first. It is up to date again at the next update, whether
///                  or not the choices are taken
/// @param cluster   the cluster that it was made from; stays as it is: plan::commit_batch takes what was chosen
/// @param policy    which choice is the best
/// @param requests  valid
/// @param options   memory, rule and the number of the first decision
/// @return          [requests] where each goes; or what failed on the GPU, also memory for the trees
///                  (batch_options::tree_bytes)
template <class Space, policy::policy Policy> [[nodiscard]] expected<std::vector<selection>, gpu_error>
place_batch(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
            const std::vector<request>& requests, const batch_options& options = {}) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    if (requests.empty()) return std::vector<selection>{};
    Space& space = resident.in();
    resident.move_types(cluster);
    resident.update(cluster);
    std::vector<selection> choices(requests.size());
    if constexpr (!policy::device_preparable<Policy>) {
        auto placed = detail::place_one_by_one(resident, cluster, policy, requests, options);
        if (!placed) return placed;
        choices = std::move(*placed);
    } else {
        auto chosen = space.template allocate<selection>(requests.size());
        const plan::batch_plan plan =
            plan::plan_batch(requests, options.rule, trees_within<Policy>(options.tree_bytes, cluster.size()));
        std::vector<request> distinct;
        for (const plan::request_class& each : plan.classes) distinct.push_back(each.effective);
        if constexpr (policy::policy_traits<Policy>::properties.scope == policy::reads::node)
            detail::place_by_trees(space, resident.writable(), policy, cluster, plan, distinct, chosen.data());
        else
            detail::place_by_ranks(space, resident.writable(), policy, cluster, plan, distinct, options.ordinal,
                                   chosen.data());
        space.read(chosen, choices.data(), choices.size());
        if (auto problem = space.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
        detail::name_nodes(cluster, choices);
    }
    for (const selection& each : choices)
        if (each.found()) resident.changed(each.node);
    return choices;
}

} // namespace gpupack::gpu
