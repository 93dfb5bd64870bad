// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/plan/room_plan.hpp>
#include <gpupack/state/cluster.hpp>

#include "support/every_choice.hpp"
#include "support/random_history.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// The least cost of ends and moves, in any order, after which there is room; each task is touched once.
///
/// @param nodes     the cluster as it is now
/// @param tasks     those that may be ended or moved
/// @param touched   [tasks] those that were
/// @param ends      how many more may be ended
/// @param moves     how many more may be moved
/// @param has_room  has_room(cluster): whether there is room
template <class HasRoom> std::optional<std::int64_t> least_cost(const gpupack::cluster& nodes,
                                                                const std::vector<gpupack::plan::running_task>& tasks,
                                                                std::vector<char>& touched, int ends, int moves,
                                                                const HasRoom& has_room) {
    if (has_room(nodes)) return 0;
    std::optional<std::int64_t> least;
    const auto offer = [&](const gpupack::cluster& next, std::int64_t cost, int ends_left, int moves_left) {
        const auto rest = least_cost(next, tasks, touched, ends_left, moves_left, has_room);
        if (rest) least = std::min(least.value_or(*rest + cost), *rest + cost);
    };
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        if (touched[t] != 0) continue;
        touched[t] = 1;
        if (ends > 0 && tasks[t].end_cost != gpupack::plan::running_task::never) {
            gpupack::cluster next = nodes;
            next.give_back(tasks[t].place);
            offer(next, tasks[t].end_cost, ends - 1, moves);
        }
        for (std::uint32_t n = 0;
             n < nodes.size() && moves > 0 && tasks[t].move_cost != gpupack::plan::running_task::never; ++n)
            for (const gpupack::selection& choice : test::every_choice(nodes[gpupack::node_id{n}], tasks[t].request)) {
                gpupack::cluster next = nodes;
                (void)next.take(choice.node, choice.gpus, tasks[t].request, choice.slots);
                next.give_back(tasks[t].place);
                offer(next, tasks[t].move_cost, ends, moves - 1);
            }
        touched[t] = 0;
    }
    return least;
}

/// Up to four tasks that a scheduler has placed, some of which may be ended or moved at a price.
template <class Scheduler>
std::vector<gpupack::plan::running_task> few_running_tasks(random_history& history, Scheduler& by) {
    std::vector<gpupack::plan::running_task> tasks;
    for (int i = 0; i < 12 && tasks.size() < 4; ++i) {
        gpupack::request request = history.any_request(by.cluster());
        request.gpus = std::min(request.gpus, 2);
        const auto placed = by.try_place(request);
        if (!placed) continue;
        gpupack::plan::running_task task{.place = *placed, .request = request};
        if (history.below(3) > 0) task.end_cost = history.number(1, 20);
        if (history.below(3) > 0) task.move_cost = history.number(1, 8);
        tasks.push_back(task);
    }
    return tasks;
}
