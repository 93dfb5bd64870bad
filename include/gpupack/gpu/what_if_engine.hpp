// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/workload/arrival_stream.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The nodes of a scenario in the order in which they are numbered, by their numbers in a cluster of so many.
[[nodiscard]] inline std::vector<std::size_t> nodes_of(const what_if_scenario& request, std::size_t nodes) {
    std::vector<std::size_t> all(nodes);
    for (std::size_t i = 0; i < nodes; ++i) all[i] = i;
    if (request.nodes == drawn_order::by_seed) workload::draw_order(all.data(), nodes, request.seed, workload::seed_stream::node_order);
    std::vector<bool> is_gone(nodes);
    for (const node_id node : request.removed) is_gone[node.number()] = true;
    std::vector<std::size_t> order;
    for (const std::size_t node : all)
        if (!is_gone[node]) order.push_back(node);
    return order;
}

/// Makes one what-if replay with an engine of the CPU: what what_if is compared with. Scenarios share nothing, so that
/// each may run on a thread of its own.
///
/// on        with the nodes of nodes_of(asked), numbered so, and nothing placed
/// by        any policy; the scenario's variant does not matter
/// expected  what fragmentation is measured by
/// returns   as what_if
template <policy::policy Policy, search::engine Engine>
[[nodiscard]] what_if_result what_if_by(const Engine& with, cluster on, const Policy& by,
                                        const std::vector<gpupack::request>& tasks,
                                        const policy::fragmentation_view& expected, const what_if_scenario& request) {
    std::vector<std::uint32_t> order(tasks.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    if (request.tasks == drawn_order::by_seed)
        workload::draw_order(order.data(), order.size(), request.seed, workload::seed_stream::task_order);
    std::vector<std::int32_t> compute;
    compute.reserve(tasks.size());
    for (const gpupack::request& task : tasks) compute.push_back(static_cast<std::int32_t>(task.total_compute().count()));
    workload::arrival_stream stream{order.data(), compute.data(), order.size(), request.arriving, request.seed};
    auto searcher = with.template make_searcher<Policy>(on);
    what_if_result told;
    std::uint64_t ordinal = 0;
    for (std::uint64_t task = stream.next(); task != stream.end; task = stream.next()) {
        const gpupack::request& wanted = tasks[task];
        const gpupack::request& taken = policy::effective_request(by, wanted);
        const auto found = searcher.find(by, policy::decision{on, taken, ordinal++});
        if (!found) {
            if (told.failed++ == 0) told.first_failure = told.placed;
            continue;
        }
        ++told.placed;
        (void)on.take(found->node, found->gpus, taken, found->slots,
                      taken.share.compute() - wanted.share.compute());
        searcher.changed(on, found->node);
    }
    if (told.failed == 0) told.first_failure = told.placed;
    told.arrived = stream.arrived();
    told.capacity = on.compute().count();
    told.allocated = (on.compute() - on.compute_free() - on.rounding_overhead()).count();
    for (std::uint32_t n = 0; n < on.size(); ++n) told.fragmented += expected.fragmentation(on[node_id{n}]);
    return told;
}

} // namespace gpupack::gpu
