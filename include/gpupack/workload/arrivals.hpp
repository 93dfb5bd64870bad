// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/workload/trace.hpp>
#include <gpupack/workload/arrival_stream.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// The order in which nodes are numbered.
[[nodiscard]] inline std::vector<std::size_t> draw_node_order(std::size_t nodes, std::uint64_t seed) {
    std::vector<std::size_t> order(nodes);
    draw_order(order.data(), nodes, seed, seed_stream::node_order);
    return order;
}

/// Milli-GPUs that arrive at most at a load: what arrival_stream is told.
///
/// load  in thousandths of the cluster's GPUs: 1300 for 130 %
/// returns  arrival_stream::each_once for a cluster without GPUs
[[nodiscard]] inline std::int64_t arriving_at(std::int64_t load, const trace& of) {
    GPUPACK_EXPECTS(load >= 0, "a load that is not negative");
    std::int64_t gpus = 0;
    for (const trace_node& node : of.nodes)
        for (const gpu_group& group : node.spec.gpus.groups()) gpus += group.count;
    return gpus == 0 ? arrival_stream<std::size_t>::each_once : gpus * load; // thousandths of GPUs are milli-GPUs
}

/// The order in which tasks arrive: all of them shuffled, then more drawn with replacement, until the next one
/// would pass load times the compute of the cluster. Where the tasks alone are more than that, the shuffled order
/// is cut there. On a cluster without GPUs, and from tasks that ask for none, each task arrives once.
///
/// of       the tasks and the nodes
/// load     in thousandths of the cluster's GPUs: 1300 for 130 %
/// returns  indices into of.tasks
/// source   how FGD's simulator tunes its workload (docs/sources.md#fgd)
[[nodiscard]] inline std::vector<std::size_t> draw_arrivals(const trace& of, std::uint64_t seed,
                                                            std::int64_t load) {
    std::vector<std::size_t> order(of.tasks.size());
    draw_order(order.data(), order.size(), seed, seed_stream::task_order);
    std::vector<std::int32_t> compute;
    compute.reserve(of.tasks.size());
    for (const trace_task& task : of.tasks)
        compute.push_back(static_cast<std::int32_t>(task.request.total_compute().count()));
    arrival_stream stream{order.data(), compute.data(), order.size(), arriving_at(load, of), seed};
    std::vector<std::size_t> arrivals;
    for (std::uint64_t task = stream.next(); task != stream.end; task = stream.next())
        arrivals.push_back(static_cast<std::size_t>(task));
    return arrivals;
}

/// The tasks that arrive as a mix: what plan::hindsight_bound takes.
///
/// arrivals  indices into tasks
/// cost      constant for each arrival, and the square of the number of distinct requests
[[nodiscard]] inline task_mix arrived_mix(const std::vector<trace_task>& tasks,
                                          const std::vector<std::size_t>& arrivals) {
    const auto hash = [](const request& request) { return static_cast<std::size_t>(hash_of(request)); };
    std::unordered_map<request, std::size_t, decltype(hash)> numbers{0, hash};
    std::vector<std::pair<const request*, std::int64_t>> counts;
    for (const std::size_t index : arrivals) {
        const auto [at, is_new] = numbers.try_emplace(tasks[index].request, counts.size());
        if (is_new) counts.emplace_back(&tasks[index].request, 0);
        ++counts[at->second].second;
    }
    task_mix arrived;
    for (const auto& [request, count] : counts) arrived.add(*request, count);
    return arrived;
}

} // namespace gpupack::workload
