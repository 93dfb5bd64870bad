// SPDX-License-Identifier: Apache-2.0
// Places ten thousand requests in one call, in order and in a better order, and asks how many nodes could be missed.
//
// On a GPU, gpu::place_batch and gpu::place_unordered take a cluster that is resident there: include
// gpupack/gpu/what_if.cuh, compile with nvcc, and open a device_space in place of the host_space.
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/place_unordered.hpp>
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
    namespace gpu = gpupack::gpu;
    namespace replay = gpupack::replay;
    const gpupack::policy::fgd policy{expected};

    // In order: the placements that a scheduler would make one by one.
    const auto choices = plan::place_batch(cluster, policy, requests);
    const plan::batch_total in_order = plan::total_of(requests, choices);

    // In the order that places the most compute.
    const plan::unordered_batch better = plan::place_unordered(cluster, policy, requests);
    std::cout << requests.size() << " requests: " << in_order.compute / 1000 << " GPUs in order, "
              << better.total.compute / 1000 << " " << plan::name_of(better.order) << '\n';

    // What if nodes were missing? One replay each, all at once.
    std::vector<replay::what_if_scenario> scenarios;
    for (std::uint32_t missing = 0; missing <= 150; missing += 50) {
        scenarios.push_back({.arriving = gpupack::workload::arriving_at(900, openb)});
        for (std::uint32_t n = 0; n < missing; ++n) scenarios.back().removed.push_back(gpupack::node_id{4 * n});
    }
    std::vector<gpupack::request> tasks;
    for (const auto& task : openb.tasks) tasks.push_back(task.request);
    gpu::host_space space; // or *gpu::device_space::open().value()
    const gpu::what_if_world world{cluster, tasks, std::vector{policy}, expected};
    const auto results = gpu::what_if(space, world, scenarios).value();
    for (std::size_t i = 0; i < results.size(); ++i)
        std::cout << scenarios[i].removed.size() << " nodes fewer: " << results[i].failed << " of "
                  << results[i].placed + results[i].failed << " tasks fit nowhere\n";

    // The choices are booked where the caller wants them.
    const auto placements = plan::commit_batch(cluster, requests, choices);
    return placements.size() == requests.size() ? 0 : 1;
}
