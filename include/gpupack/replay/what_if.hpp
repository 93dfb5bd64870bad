// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/replay/what_if_result.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/seed_stream.hpp>
#include <gpupack/workload/task.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

namespace detail {

/// 0 to count - 1: in this order, or in one drawn from the seed.
[[nodiscard]] inline std::vector<std::size_t> order_of(drawn_order rule, std::size_t count, std::uint64_t seed,
                                                       workload::seed_stream stream) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (rule == drawn_order::by_seed) workload::draw_order(order.data(), count, seed, stream);
    return order;
}

} // namespace detail

/// The nodes of a scenario in the order in which they are numbered.
///
/// @param scenario  which nodes are removed, and how the others are ordered
/// @param nodes     of the cluster
/// @return their numbers in the cluster
[[nodiscard]] inline std::vector<std::size_t> nodes_of(const what_if_scenario& scenario, std::size_t nodes) {
    std::vector<bool> is_removed(nodes);
    for (const node_id node : scenario.removed) is_removed[node.number()] = true;
    std::vector<std::size_t> order =
        detail::order_of(scenario.nodes, nodes, scenario.seed, workload::seed_stream::node_order);
    std::erase_if(order, [&](std::size_t node) { return is_removed[node]; });
    return order;
}

/// Makes one what-if replay with an engine of the CPU: what gpu::what_if is compared with. Scenarios share nothing, so
/// each may run on a thread of its own.
///
/// @param engine    how nodes are searched
/// @param cluster   with the nodes of nodes_of(scenario), numbered so, and nothing placed
/// @param policy    any; the scenario's variant does not matter
/// @param tasks     what arrives
/// @param expected  the tasks by which fragmentation is measured
/// @param scenario  what is different
/// @param rule      what is placed for a request
/// @return as gpu::what_if
template <policy::policy Policy, search::engine Engine>
[[nodiscard]] what_if_result what_if(const Engine& engine, cluster cluster, const Policy& policy,
                                     const std::vector<workload::task>& tasks,
                                     const policy::fragmentation_view& expected, const what_if_scenario& scenario,
                                     request_rule rule = request_rule::as_requested) {
    const auto order = detail::order_of(scenario.tasks, tasks.size(), scenario.seed, workload::seed_stream::task_order);
    const auto arrivals = workload::draw_arrivals(tasks, order, scenario.arriving, scenario.seed);
    scheduler scheduler{std::move(cluster), policy, engine, rule};
    const result replayed = run(scheduler, tasks, arrivals);

    what_if_result told{.placed = static_cast<std::uint32_t>(replayed.placed),
                        .failed = static_cast<std::uint32_t>(replayed.failed()),
                        .arrived = replayed.arrived_compute,
                        .allocated = served_compute(scheduler.cluster()).count(),
                        .capacity = scheduler.cluster().compute().count(),
                        .fragmented = total_fragmentation(scheduler.cluster(), expected)};
    while (told.first_failure < replayed.outcomes.size() && replayed.outcomes[told.first_failure].placed)
        ++told.first_failure;
    return told;
}

} // namespace gpupack::replay
