// SPDX-License-Identifier: Apache-2.0
// Moves running tasks so that whole nodes are free for the tasks that are expected, one step after the other.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/defragment.hpp>

#include <cstdint>
#include <iostream>
#include <vector>

int main() {
    using namespace gpupack;
    scheduler scheduler{cluster_builder{}.add_nodes(4, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value(),
                        policy::worst_fit{}};
    std::vector<plan::running_task> tasks;
    for (const int gpus : {5, 4, 2, 6, 1, 2, 1}) { // spread over the nodes
        const request request{.cpu = 4_cores, .gpus = gpus};
        if (const auto placed = scheduler.try_place(request))
            tasks.push_back({.place = *placed, .request = request, .move_cost = 10 * gpus});
    }
    const cluster& cluster = scheduler.cluster();

    // Three whole nodes, with at most four moves that cost at most 100 together.
    const std::vector<plan::place_goal> goals{{.request = {.gpus = 8}, .number = 3}};
    const auto plan = plan::defragment(cluster, goals, tasks, {.moves = 4, .cost = 100});

    std::cout << plan.start << " whole nodes are free; moves at a cost of " << plan.cost << " make " << plan.gain
              << " more, and no others make more than " << plan.most_gain << '\n';
    for (const plan::room_step& step : plan.steps) {
        plan::running_task& task = tasks[step.task];
        std::cout << "move " << task.request.gpus << " GPUs from " << cluster.name(task.place.node) << " to "
                  << cluster.name(step.target.node) << '\n';
        if (!plan::carry_out(scheduler, task, step)) return 1; // what other placements have overtaken is not done
    }
    return plan::value_of_places(cluster, goals) == plan.start + plan.gain ? 0 : 1;
}
