// SPDX-License-Identifier: Apache-2.0
// Places ten thousand requests in one call, in order and in a better order, and asks how many nodes could be missed.
//
// On a GPU, gpu::place_batch and gpu::what_if do the same (docs/batches.md).
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/place_unordered.hpp>
#include <gpupack/replay/what_if.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>

#include <iostream>
#include <vector>

int main() {
    const gpupack::workload::workload openb = gpupack::workload::openb();
    const gpupack::task_mix expected = openb.mix().typical(95);
    gpupack::cluster cluster = openb.build(gpupack::workload::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<gpupack::request> requests;
    for (const gpupack::workload::arrival& each : gpupack::workload::draw_arrivals(openb, 42, 1300))
        requests.push_back(openb.tasks[each.task].request);

    namespace plan = gpupack::plan;
    namespace replay = gpupack::replay;
    const gpupack::policy::fgd policy{expected};

    // In order: the placements that a scheduler would make one by one.
    const auto choices = plan::place_batch(cluster, policy, requests);
    const plan::batch_total in_order = plan::total_of(requests, choices);

    // In the order that places the most compute.
    const plan::unordered_batch better = plan::place_unordered(cluster, policy, requests);
    std::cout << requests.size() << " requests: " << in_order.compute / 1000 << " GPUs in order, "
              << better.total.compute / 1000 << " " << plan::name_of(better.order) << '\n';

    // What if nodes were missing? One replay each.
    std::vector<replay::what_if_scenario> scenarios;
    for (std::uint32_t missing = 0; missing <= 150; missing += 50) {
        scenarios.push_back({.arriving = gpupack::workload::arriving_at(900, openb)});
        for (std::uint32_t n = 0; n < missing; ++n) scenarios.back().removed.push_back(gpupack::node_id{4 * n});
    }
    const gpupack::policy::fragmentation_table fragmentation{expected};
    for (const replay::what_if_scenario& each : scenarios) {
        const auto left = openb.build(replay::nodes_of(each, cluster.size())).value();
        const replay::what_if_result result =
            replay::what_if(gpupack::search::indexed{}, left, policy, openb.tasks, fragmentation.view(), each);
        std::cout << each.removed.size() << " nodes fewer: " << result.failed << " of " << result.placed + result.failed
                  << " tasks fit nowhere\n";
    }

    // The choices are booked where the caller wants them.
    const auto placements = plan::commit_batch(cluster, requests, choices);
    return placements.size() == requests.size() ? 0 : 1;
}
