// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/random_history.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/models.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// The most that some tasks can have of a cluster, by trying every choice of tasks, nodes, GPUs and slots; choices that leave
/// the GPUs of a node alike are tried once.
///
/// @param measure  measure(cluster, placed) of the tasks that are placed
template <class Measure> std::int64_t most_of_all_choices(gpupack::cluster& cluster,
                                                          const std::vector<gpupack::request>& tasks, Measure&& measure,
                                                          std::vector<bool> placed = {}) {
    if (placed.size() == tasks.size()) return measure(cluster, placed);
    const gpupack::request& next = tasks[placed.size()];
    placed.push_back(false);
    std::int64_t most = most_of_all_choices(cluster, tasks, measure, placed);
    placed.back() = true;
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        std::vector<gpupack::candidate> choices;
        gpupack::fit::for_each_candidate(cluster[gpupack::node_id{i}], next,
                                         [&](const gpupack::candidate& each) { choices.push_back(each); });
        std::vector<std::vector<gpupack::gpu_state>> seen;
        for (const gpupack::candidate& each : choices) {
            const gpupack::placement taken = cluster.take(gpupack::node_id{i}, each.gpus, next, each.slots);
            std::vector<gpupack::gpu_state> after;
            const gpupack::node_view node = cluster[gpupack::node_id{i}];
            for (int g = 0; g < node.gpu_count(); ++g) after.push_back(node.gpu(g));
            if (std::find(seen.begin(), seen.end(), after) == seen.end()) {
                most = std::max(most, most_of_all_choices(cluster, tasks, measure, placed));
                seen.push_back(after);
            }
            cluster.give_back(taken);
        }
    }
    return most;
}

/// The most that some tasks can have in use of the GPUs: of each its compute or its memory, whichever is used more.
inline std::int64_t most_placed(gpupack::cluster& cluster, const std::vector<gpupack::request>& tasks) {
    return most_of_all_choices(cluster, tasks, [](const gpupack::cluster& each, const std::vector<bool>&) {
        return gpupack::replay::served_compute(each).count();
    });
}

/// The most that can be placed of some tasks by their sizes.
inline std::int64_t most_by_size(gpupack::cluster& cluster, const std::vector<gpupack::request>& tasks,
                                 const std::vector<std::int64_t>& sizes) {
    return most_of_all_choices(cluster, tasks, [&](const gpupack::cluster&, const std::vector<bool>& placed) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) sum += placed[i] ? sizes[i] : 0;
        return sum;
    });
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
        builder.add_nodes(1 + random.below(2),
                          {gpupack::milli_cpu{1000 * static_cast<std::int64_t>(2 + random.below(7))},
                           gpupack::mebibytes{100 * static_cast<std::int64_t>(2 + random.below(7))},
                           {static_cast<int>(1 + random.below(3)), any_models[random.below(2)]}});
    return std::move(builder).build().value();
}

inline gpupack::request small_task(gpupack::random_stream& random) {
    gpupack::request request{.cpu = gpupack::milli_cpu{1000 * static_cast<std::int64_t>(random.below(5))},
                             .memory = gpupack::mebibytes{100 * static_cast<std::int64_t>(random.below(5))},
                             .gpus = static_cast<int>(random.below(4))};
    if (random.below(2) == 0)
        request.share = gpupack::slice{
            .memory = {}, .compute = gpupack::milli_gpu{static_cast<std::int64_t>(100 * (1 + random.below(9)))}};
    return request;
}

/// A cluster of few GPUs that may be shared in any way, tasks for it, and sizes that they may have.
struct small_sharing {
    gpupack::cluster nodes;
    std::vector<gpupack::request> tasks;
    std::vector<std::int64_t> sizes;  ///< [tasks] Alike for equal requests.
    std::vector<std::int64_t> of_mix; ///< [entries of the mix] The same.

    static small_sharing from(std::uint64_t seed) {
        random_history random{seed};
        const gpupack::gpu_model models[] = {gpupack::models::t4, gpupack::models::a10, gpupack::models::a30,
                                             gpupack::models::a100_40gb, gpupack::models::p100};
        gpupack::cluster_builder builder;
        for (std::uint64_t types = 1 + random.below(2); types > 0; --types) {
            const gpupack::gpu_model& model = models[random.below(5)];
            gpupack::node_spec spec{gpupack::milli_cpu{500 * random.number(1, 9)},
                                    gpupack::mebibytes{128 * random.number(1, 9)},
                                    {static_cast<int>(1 + random.below(2)), model, random.any_setup(model)}};
            if (random.below(6) == 0)
                spec.gpus = {{1, model, random.any_setup(model)}, {1, models[random.below(5)], {}}};
            builder.add_nodes(1, spec);
        }
        small_sharing drawn{std::move(builder).build().value(), {}, {}, {}};
        for (std::uint64_t tasks = 2 + random.below(3); tasks > 0; --tasks) {
            gpupack::request request = random.any_request(drawn.nodes);
            if (!drawn.tasks.empty() && random.below(3) == 0) request = drawn.tasks.back();
            request.ids = {};
            request.gpus = std::min(request.gpus, 2);
            if (request.share.is_split() && random.below(2) == 0)
                request.share =
                    gpupack::split_slice{gpupack::mebibytes{random.number(2, 60'000)}, request.share.compute(),
                                         gpupack::mebibytes{random.number(1, 2) * 1000}};
            if (!is_valid(request)) request.share = gpupack::exclusive{};
            drawn.tasks.push_back(request);
        }
        const gpupack::task_mix mix = mix_of(drawn.tasks);
        for (const auto& entry : mix.entries()) drawn.of_mix.push_back(entry.request.gpus * random.number(0, 1000));
        for (const gpupack::request& each : drawn.tasks)
            for (std::size_t e = 0; e < mix.entries().size(); ++e)
                if (mix.entries()[e].request == each) drawn.sizes.push_back(drawn.of_mix[e]);
        return drawn;
    }
};
