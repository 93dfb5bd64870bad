// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// The most compute that some tasks can be given, by trying every choice of tasks, nodes and GPUs.
inline std::int64_t most_placed(gpupack::cluster& cluster, const std::vector<gpupack::request>& tasks, std::size_t next = 0) {
    if (next == tasks.size()) return 0;
    std::int64_t most = most_placed(cluster, tasks, next + 1);
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        std::vector<gpupack::candidate> choices;
        gpupack::fit::for_each_candidate(cluster[gpupack::node_id{i}], tasks[next],
                                [&](const gpupack::candidate& each) { choices.push_back(each); });
        for (const gpupack::candidate& each : choices) {
            const gpupack::placement taken = cluster.take(gpupack::node_id{i}, each.gpus, tasks[next], each.slots);
            most = std::max(most, tasks[next].total_compute().count() + most_placed(cluster, tasks, next + 1));
            cluster.give_back(taken);
        }
    }
    return most;
}

inline gpupack::task_mix mix_of(const std::vector<gpupack::request>& tasks) {
    gpupack::task_mix mix;
    for (const gpupack::request& each : tasks) mix.add(each);
    return mix;
}

inline gpupack::cluster nodes_of(std::size_t nodes, const gpupack::node_spec& spec) {
    return gpupack::cluster_builder{}.add_nodes(nodes, spec).build().value();
}

/// One or two types of up to two small nodes.
inline gpupack::cluster small_cluster(gpupack::random_stream& random) {
    gpupack::cluster_builder builder;
    const gpupack::gpu_model any_models[] = {gpupack::models::t4, gpupack::models::p100};
    for (std::uint64_t types = 1 + random.below(2); types > 0; --types)
        builder.add_nodes(1 + random.below(2), {gpupack::milli_cpu{1000 * static_cast<std::int64_t>(2 + random.below(7))},
                                                gpupack::mebibytes{100 * static_cast<std::int64_t>(2 + random.below(7))},
                                                {static_cast<int>(1 + random.below(3)), any_models[random.below(2)]}});
    return std::move(builder).build().value();
}

inline gpupack::request small_task(gpupack::random_stream& random) {
    gpupack::request request{.cpu = gpupack::milli_cpu{1000 * static_cast<std::int64_t>(random.below(5))},
                  .memory = gpupack::mebibytes{100 * static_cast<std::int64_t>(random.below(5))},
                  .gpus = static_cast<int>(random.below(4))};
    if (random.below(2) == 0)
        request.share =
            gpupack::slice{.memory = {}, .compute = gpupack::milli_gpu{static_cast<std::int64_t>(100 * (1 + random.below(9)))}};
    return request;
}
