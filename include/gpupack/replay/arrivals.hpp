#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/io/trace.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::replay {

/// The indices 0 to count - 1 in an order drawn from the seed.
///
/// stream  tells apart what is drawn from one seed: the nodes' order is not the tasks'
[[nodiscard]] inline std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed,
                                                       std::uint64_t stream) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_stream random{mix_bits(seed ^ mix_bits(stream))};
    shuffle(order, random);
    return order;
}

/// Numbers of the random streams that a replay draws from its seed.
enum class stream : std::uint64_t { node_order = 1, task_order = 2, resampling = 3 };

/// The order in which nodes are numbered.
[[nodiscard]] inline std::vector<std::size_t> draw_node_order(std::size_t nodes, std::uint64_t seed) {
    return shuffled(nodes, seed, static_cast<std::uint64_t>(stream::node_order));
}

/// The order in which tasks arrive: all of them shuffled, then more drawn with replacement, until the next one
/// would pass load times the compute of the cluster. Where the tasks alone are more than that, the shuffled order
/// is cut there. On a cluster without GPUs, and from tasks that ask for none, each task arrives once.
///
/// of       the tasks and the nodes
/// load     in thousandths of the cluster's GPUs: 1300 for 130 %
/// returns  indices into of.tasks
/// source   how FGD's simulator tunes its workload (docs/sources.md#fgd)
[[nodiscard]] inline std::vector<std::size_t> draw_arrivals(const io::trace& of, std::uint64_t seed,
                                                            std::int64_t load) {
    GPUPACK_EXPECTS(load >= 0, "a load that is not negative");
    std::int64_t gpus = 0;
    for (const io::trace_node& node : of.nodes)
        for (const gpu_group& group : node.spec.gpus.groups()) gpus += group.count;
    std::vector<std::size_t> order =
        shuffled(of.tasks.size(), seed, static_cast<std::uint64_t>(stream::task_order));
    if (gpus == 0) return order;

    const std::int64_t most = gpus * load; // GPUs times thousandths are milli-GPUs
    std::int64_t arrived = 0;
    const auto passes = [&](std::size_t task) {
        const std::int64_t compute = of.tasks[task].asked.total_compute().count();
        if (arrived + compute > most) return true;
        arrived += compute;
        return false;
    };
    for (std::size_t i = 0; i < order.size(); ++i)
        if (passes(order[i])) {
            order.resize(i);
            return order;
        }
    if (arrived == 0) return order; // tasks without GPUs would be drawn for ever
    random_stream random{mix_bits(seed ^ mix_bits(static_cast<std::uint64_t>(stream::resampling)))};
    while (true) {
        const auto next = static_cast<std::size_t>(random.below(of.tasks.size()));
        if (passes(next)) return order;
        order.push_back(next);
    }
}

/// The tasks that arrive as a mix: what plan::hindsight_bound takes.
///
/// arrivals  indices into tasks
/// cost      constant for each arrival, and the square of the number of distinct requests
[[nodiscard]] inline task_mix arrived_mix(const std::vector<io::trace_task>& tasks,
                                          const std::vector<std::size_t>& arrivals) {
    const auto hash = [](const request& asked) { return static_cast<std::size_t>(hash_of(asked)); };
    std::unordered_map<request, std::size_t, decltype(hash)> numbers{0, hash};
    std::vector<std::pair<const request*, std::int64_t>> counts;
    for (const std::size_t index : arrivals) {
        const auto [at, is_new] = numbers.try_emplace(tasks[index].asked, counts.size());
        if (is_new) counts.emplace_back(&tasks[index].asked, 0);
        ++counts[at->second].second;
    }
    task_mix arrived;
    for (const auto& [asked, count] : counts) arrived.add(*asked, count);
    return arrived;
}

} // namespace gpupack::replay
