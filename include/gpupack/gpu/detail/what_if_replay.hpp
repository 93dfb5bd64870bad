// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/batch_workspace.hpp>
#include <gpupack/gpu/detail/what_if_workspace.hpp>
#include <gpupack/replay/what_if_result.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/workload/arrival_stream.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Draws the orders of nodes and tasks, leaves the removed nodes out, and draws the first task. The work of one thread.
///
/// @param is_there  [nodes] whether a node is there
template <class Key, class Scorer>
GPUPACK_HD void draw_orders(const what_if_view<Scorer>& world, const what_if_workspace<Key>& workspace,
                            const flat_scenario& scenario, const std::uint32_t* is_there) {
    if (scenario.nodes == replay::drawn_order::by_seed)
        workload::draw_order(workspace.node_order, world.base.size, scenario.seed, workload::seed_stream::node_order);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < world.base.size; ++i) {
        const std::uint32_t node = scenario.nodes == replay::drawn_order::by_seed ? workspace.node_order[i] : i;
        if (is_there[node] != 0) workspace.node_order[kept++] = node;
    }
    if (scenario.tasks == replay::drawn_order::by_seed) {
        workload::draw_order(workspace.task_order, world.task_count, scenario.seed, workload::seed_stream::task_order);
    } else {
        for (std::uint32_t i = 0; i < world.task_count; ++i) workspace.task_order[i] = i;
    }
    what_if_progress& progress = *workspace.progress;
    progress = {{workspace.task_order, world.compute, world.task_count, scenario.arriving, scenario.seed},
                0,
                world.rounding_overhead,
                kept};
    progress.task = progress.stream.next();
}

/// Numbers the nodes that are there, and brings all of the workspace into its first state.
template <class Team, class Key, class Scorer>
GPUPACK_HD void set_up(const Team& team, const what_if_view<Scorer>& world, const what_if_workspace<Key>& workspace,
                       const flat_scenario& scenario, const std::uint32_t* removed) {
    const batch_workspace<Key>& batch = workspace.batch;
    std::uint32_t* const is_there = batch.latest; // until the replay starts
    team.for_each(world.base.size, [&](std::uint64_t n) { is_there[n] = 1; });
    team.for_each(scenario.last_removed - scenario.first_removed,
                  [&](std::uint64_t i) { is_there[removed[scenario.first_removed + i]] = 0; });
    team.for_each(world.gpu_count, [&](std::uint64_t g) { batch.cluster.gpus[g] = world.base.gpus[g]; });
    team.for_each(world.class_count, [&](std::uint64_t t) { batch.seen[t] = batch_workspace<Key>::unfilled; });
    team.once([&] {
        draw_orders(world, workspace, scenario, is_there);
        *batch.logged = 0;
    });
    team.for_each(workspace.progress->nodes, [&](std::uint64_t i) {
        const std::uint32_t node = workspace.node_order[i];
        batch.cluster.nodes[i] = world.base.nodes[node];
        workspace.type_of[i] = world.base.type_of[node];
        workspace.first_gpu[i] = world.base.first_gpu[node];
    });
}

/// The cluster of a replay once it is set up.
template <class Key, class Scorer> [[nodiscard]] GPUPACK_HD constexpr writable_cluster_view
cluster_of(const what_if_view<Scorer>& world, const what_if_workspace<Key>& workspace) noexcept {
    const writable_cluster_view& states = workspace.batch.cluster;
    return {states.nodes,     workspace.type_of,         workspace.first_gpu,  states.gpus,
            world.base.types, workspace.progress->nodes, world.base.type_count};
}

/// Adds up what is left of the nodes once all tasks have come.
template <class Team, class Key> GPUPACK_HD void add_up(const Team& team, const writable_cluster_view& cluster,
                                                        const policy::fragmentation_view& expected,
                                                        const what_if_workspace<Key>& workspace,
                                                        replay::what_if_result& result) {
    what_if_part* const parts = workspace.parts;
    team.for_each(what_if_parts, [&](std::uint64_t part) {
        what_if_part sum;
        for (auto i = static_cast<std::uint32_t>(part); i < cluster.size; i += what_if_parts) {
            const node_view node = cluster[node_id{i}];
            sum.capacity += node.compute().count();
            for (int g = 0; g < node.gpu_count(); ++g) sum.held += used_part(node.gpu(g), node.capacity(g));
            sum.fragmented += expected.fragmentation(node);
        }
        parts[part] = sum;
    });
    team.once([&] {
        if (result.failed == 0) result.first_failure = result.placed;
        result.arrived = workspace.progress->stream.arrived();
        for (std::uint32_t i = 0; i < what_if_parts; ++i) {
            result.capacity += parts[i].capacity;
            result.allocated += parts[i].held;
            result.fragmented += parts[i].fragmented;
        }
        result.allocated -= workspace.progress->rounding_overhead;
    });
}

/// Notes what became of a task. The work of one thread.
///
/// @param nth        its request class
/// @param choice     where it went; the node's number in the replay
/// @param decisions  [tasks that arrive] null: not wanted
template <class Key, class Scorer>
GPUPACK_HD constexpr void note_outcome(const what_if_view<Scorer>& world, const what_if_workspace<Key>& workspace,
                                       std::uint64_t task, std::uint32_t nth, selection choice,
                                       replay::what_if_result& result, replay::what_if_decision* decisions) noexcept {
    if (choice.found()) {
        ++result.placed;
        const plan::request_class& placed = world.classes[nth];
        workspace.progress->rounding_overhead += std::int64_t{placed.rounding_overhead} * placed.effective.gpus;
        choice.node = node_id{workspace.node_order[choice.node.number()]};
    } else {
        if (result.failed == 0) result.first_failure = result.placed;
        ++result.failed;
    }
    if (decisions != nullptr) decisions[result.placed + result.failed - 1] = {static_cast<std::uint32_t>(task), choice};
}

/// Makes one replay: draws what arrives, places it task by task as place_in_order_job does, and adds up.
///
/// @param team       who replays
/// @param world      what all scenarios share
/// @param workspace  the team's own
/// @param scenario   the replay to make
/// @param removed    the list that scenarios point into
/// @param result     what came of it
/// @param decisions  [tasks that arrive] in order; null: not wanted
template <class Team, class Key, class Scorer>
GPUPACK_HD void replay_scenario(const Team& team, const what_if_view<Scorer>& world,
                                const what_if_workspace<Key>& workspace, const flat_scenario& scenario,
                                const std::uint32_t* removed, replay::what_if_result& result,
                                replay::what_if_decision* decisions) {
    set_up(team, world, workspace, scenario, removed);
    what_if_progress& progress = *workspace.progress;
    batch_workspace<Key> batch = workspace.batch;
    batch.cluster = cluster_of(world, workspace);
    batch.trees.levels = tree_levels{batch.cluster.size};
    const Scorer* const scorers = world.scorers + std::size_t{scenario.variant} * world.class_count;
    team.once([&] { result = {}; });
    for (std::uint64_t task = progress.task; task != progress.stream.end; task = progress.task) {
        const std::uint32_t nth = world.class_of[task];
        const request& request = world.classes[nth].effective;
        const std::uint32_t now = *batch.logged;
        catch_up(team, batch, nth, request, scorers[nth], world.falls.of_class(nth), batch.seen[nth], now);
        team.once([&] {
            batch.seen[nth] = now;
            const selection choice = take_best(batch, nth, request, scorers[nth]);
            if (choice.found()) log_change(batch, choice.node.number());
            if (*batch.logged == batch.log_capacity) restart_log(batch, world.class_count);
            note_outcome(world, workspace, task, nth, choice, result, decisions);
            progress.task = progress.stream.next();
        });
    }
    add_up(team, batch.cluster, world.expected, workspace, result);
}

} // namespace gpupack::gpu::detail
