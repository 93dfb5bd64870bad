// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_arrays.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/place_in_order.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/plan/batch_order.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/plan/batch_total.hpp>
#include <gpupack/plan/place_unordered.hpp>
#include <gpupack/policy/device_preparation.hpp>
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
template <policy::device_preparable Policy>
[[nodiscard]] constexpr std::size_t trees_within(std::size_t bytes, std::size_t nodes) noexcept {
    const detail::tree_levels levels{static_cast<std::uint32_t>(nodes)};
    const std::size_t tree = levels.bytes<key_under<Policy>>();
    return bytes < tree ? 1 : bytes / tree;
}

namespace detail {

/// All choices, or what failed until then.
template <space Space, class Array> [[nodiscard]] expected<std::vector<selection>, gpu_error>
fetched_choices(Space& space, const Array& array, std::size_t count) {
    std::vector<selection> choices(count);
    space.read(array, choices.data(), count);
    if (auto problem = space.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return choices;
}

/// Places a batch on a cluster whose arrays are in the space.
template <space Space, policy::device_preparable Policy> [[nodiscard]] expected<std::vector<selection>, gpu_error>
place_batch_in(Space& space, const writable_cluster_view& view, const cluster& cluster, const Policy& policy,
               const std::vector<request>& requests, const batch_options& options) {
    constexpr bool scans = policy::policy_traits<Policy>::properties.scope != policy::reads::node;
    using key = key_under<Policy>;
    const auto count = static_cast<std::uint32_t>(requests.size());
    const plan::batch_plan plan =
        plan::plan_batch(requests, options.rule, trees_within<Policy>(options.tree_bytes, cluster.size()));
    if (plan.classes.empty()) return std::vector<selection>{};
    batch_arrays<Space, key> arrays{space, view, scans ? 1 : plan.trees, scans ? 1 : count};
    auto choices = space.template allocate<selection>(count);
    space_copies<Space> copies{space};
    std::vector<request> distinct;
    for (const plan::request_class& each : plan.classes) distinct.push_back(each.effective);
    policy::device_preparation_of<Policy> preparation{policy, cluster, distinct};
    const auto prepared = preparation.view(copies);
    using prepared_type = std::remove_const_t<decltype(prepared)>;
    const batch_requests flat{copies(plan.classes), copies(plan.class_of), copies(plan.tree_of), choices.data()};
    if (auto problem = copies.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    if constexpr (scans) {
        auto scorer = space.template allocate<typename prepared_type::scorer_type>(1);
        auto parts = space.template allocate<policy::value_span>(span_parts);
        space.run_in_grid(place_by_scan_job<key, prepared_type>{arrays.workspace(), flat, prepared, scorer.data(),
                                                             parts.data(), options.ordinal, count});
        return fetched_choices(space, choices, count);
    } else {
        const plan::tree_fill* const fills = copies(plan.fills);
        for (const plan::batch_segment& each : plan.segments) {
            space.run_in_grid(fill_job<key, prepared_type>{arrays.workspace(), flat.classes, fills + each.first_fill,
                                                        each.last_fill - each.first_fill, prepared});
            space.run_in_block(
                place_in_order_job<key, prepared_type>{arrays.workspace(), flat, prepared, each.first, each.last});
        }
        return fetched_choices(space, choices, count);
    }
}

} // namespace detail

/// Chooses where the requests of a batch go, one after the other in their order, in one call: as plan::place_batch.
///
/// Cost: for policies that keep scores, a score for each request class and node, and a score for each placement and class
/// between two requests of it; else a score for each request and node.
///
/// @param resident  the cluster on the GPU, brought up to date first. It is up to date again at the next update, whether
///                  or not the choices are taken
/// @param cluster   the cluster that it was made from; stays as it is: plan::commit_batch takes what was chosen
/// @param policy    which choice is the best
/// @param requests  valid
/// @param options   memory, rule and the number of the first decision
/// @return          [requests] where each goes; or what failed on the GPU, also memory for the trees
///                  (batch_options::tree_bytes)
template <space Space, policy::device_preparable Policy> [[nodiscard]] expected<std::vector<selection>, gpu_error>
place_batch(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
            const std::vector<request>& requests, const batch_options& options = {}) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    resident.move_kinds(cluster);
    resident.update(cluster);
    auto placed = detail::place_batch_in(resident.in(), resident.writable(), cluster, policy, requests, options);
    if (placed)
        for (const selection& each : *placed)
            if (each.found()) resident.changed(each.node);
    return placed;
}

/// place_batch by the bodies that a GPU runs, one after the other on the host: what tests compare a GPU with.
/// plan::place_batch is faster there.
///
/// @param cluster   stays as it is
/// @param policy    which choice is the best
/// @param requests  valid
/// @param options   memory, rule and the number of the first decision
template <policy::device_preparable Policy> [[nodiscard]] std::vector<selection>
place_batch_on_host(const cluster& cluster, const Policy& policy, const std::vector<request>& requests,
                    const batch_options& options = {}) {
    host_space space;
    host_cluster flat{cluster};
    return detail::place_batch_in(space, flat.view(), cluster, policy, requests, options).value();
}

/// Chooses where the requests of a batch go, in the order that does most for the goal: as plan::place_unordered.
///
/// Cost: place_batch() for each order.
///
/// @param resident  see place_batch
/// @param cluster   see place_batch
/// @param policy    which choice is the best
/// @param requests  valid
/// @param goal      what the orders are compared by
/// @param options   see place_batch
template <space Space, policy::device_preparable Policy> [[nodiscard]] expected<plan::unordered_batch, gpu_error>
place_unordered(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
                const std::vector<request>& requests, plan::batch_goal goal = plan::batch_goal::compute,
                const batch_options& options = {}) {
    plan::order_search search{cluster, requests, goal};
    for (const plan::batch_order order : plan::batch_orders) {
        const auto placed = place_batch(resident, cluster, policy, search.sorted(order), options);
        if (!placed) return unexpected<gpu_error>{placed.error()};
        search.offer(order, *placed);
    }
    return search.best();
}

} // namespace gpupack::gpu
