// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/arrival_stream.hpp>
#include <gpupack/workload/seed_stream.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// An order of nodes drawn from the seed: in this order they are numbered.
[[nodiscard]] inline std::vector<std::size_t> draw_node_order(std::size_t nodes, std::uint64_t seed) {
    std::vector<std::size_t> order(nodes);
    draw_order(order.data(), nodes, seed, seed_stream::node_order);
    return order;
}

/// Milli-GPUs that arrive at most at a load: the bound of an arrival_stream.
///
/// @param load    in thousandths of the GPUs: 1300 for 130 %; not negative
/// @param source  whose nodes have the GPUs
/// @return arrival_stream::each_once for a cluster without GPUs
[[nodiscard]] inline std::int64_t arriving_at(std::int64_t load, const workload& source) {
    GPUPACK_EXPECTS(load >= 0, "a load that is not negative");
    std::int64_t gpus = 0;
    for (const node& each : source.nodes)
        for (const gpu_group& group : each.spec.gpus.groups()) gpus += group.count;
    return gpus == 0 ? arrival_stream<std::size_t>::each_once : gpus * load; // thousandths of GPUs are milli-GPUs
}

/// Tasks that arrive in this order, at no particular time, and never leave.
[[nodiscard]] inline std::vector<arrival> arrivals_in_order(const std::vector<std::size_t>& tasks) {
    std::vector<arrival> arrivals;
    arrivals.reserve(tasks.size());
    for (const std::size_t task : tasks) arrivals.push_back({task});
    return arrivals;
}

/// Tasks that arrive in an order of which they are drawn, at no particular time, and never leave: all of them in the
/// given order, then more drawn with replacement, until the next one would pass the bound.
///
/// Source: how FGD's simulator tunes its workload (docs/sources.md#fgd).
/// @param tasks     what arrives
/// @param order     [tasks]  in which they arrive first
/// @param arriving  milli-GPUs that arrive at most; arrival_stream::each_once: each task once
/// @param seed      what more tasks are drawn from
[[nodiscard]] inline std::vector<arrival> draw_arrivals(const std::vector<task>& tasks,
                                                        const std::vector<std::size_t>& order, std::int64_t arriving,
                                                        std::uint64_t seed) {
    std::vector<std::int32_t> compute;
    compute.reserve(tasks.size());
    for (const task& each : tasks) compute.push_back(static_cast<std::int32_t>(each.request.total_compute().count()));
    arrival_stream stream{order.data(), compute.data(), order.size(), arriving, seed};
    std::vector<arrival> arrivals;
    for (std::uint64_t next = stream.next(); next != stream.end; next = stream.next())
        arrivals.push_back({static_cast<std::size_t>(next)});
    return arrivals;
}

/// Tasks that arrive in an order drawn from the seed: all of them shuffled, then more drawn with replacement, until the
/// next one would pass load times the compute of the cluster. Where the tasks alone exceed that, the order is cut there.
/// On a cluster without GPUs, and from tasks that request none, each task arrives once.
///
/// Source: how FGD's simulator tunes its workload (docs/sources.md#fgd).
/// @param source  the tasks and the nodes
/// @param seed    what is drawn from
/// @param load    in thousandths of the cluster's GPUs: 1300 for 130 %
[[nodiscard]] inline std::vector<arrival> draw_arrivals(const workload& source, std::uint64_t seed, std::int64_t load) {
    std::vector<std::size_t> order(source.tasks.size());
    draw_order(order.data(), order.size(), seed, seed_stream::task_order);
    return draw_arrivals(source.tasks, order, arriving_at(load, source), seed);
}

/// Tasks that arrive at their recorded times and stay for their recorded durations; ties in the order of the tasks.
///
/// @return the arrivals, earliest first, or the first task without a time of arrival
[[nodiscard]] inline expected<std::vector<arrival>, input_error> recorded_arrivals(const std::vector<task>& tasks) {
    std::vector<arrival> arrivals;
    arrivals.reserve(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (!tasks[i].arrival)
            return bad_input(std::string{"creation_time of "}.append(tasks[i].name), "", "a time, for a timeline");
        arrivals.push_back({i, *tasks[i].arrival, tasks[i].duration});
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const arrival& a, const arrival& b) { return a.time < b.time; });
    return arrivals;
}

/// The tasks that arrive as a mix: what plan::hindsight_bound takes.
///
/// Cost: constant for each arrival, and the square of the number of distinct requests.
[[nodiscard]] inline task_mix arrived_mix(const std::vector<task>& tasks, const std::vector<arrival>& arrivals) {
    std::unordered_map<request, std::size_t, request_hash> numbers;
    std::vector<std::pair<const request*, std::int64_t>> counts;
    for (const arrival& each : arrivals) {
        const request& request = tasks[each.task].request;
        const auto [entry, is_new] = numbers.try_emplace(request, counts.size());
        if (is_new) counts.emplace_back(&request, 0);
        counts[entry->second].second += tasks[each.task].members;
    }
    task_mix arrived;
    for (const auto& [request, count] : counts) arrived.add(*request, count);
    return arrived;
}

} // namespace gpupack::workload
