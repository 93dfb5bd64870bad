// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/random_history.hpp"

#include <cstdint>

/// A request without GPUs, for whole ones, or for a slice of compute.
inline gpupack::request simple_request(random_history& history) {
    using namespace gpupack;
    request drawn{.cpu = milli_cpu{static_cast<std::int64_t>(1000 * history.below(9))}};
    switch (history.below(4)) {
    case 0: break;
    case 1: drawn.gpus = static_cast<std::int32_t>(1 + history.below(8)); break;
    default:
        drawn.gpus = 1;
        drawn.share =
            slice{.memory = {}, .compute = milli_gpu{static_cast<std::int64_t>(100 * (1 + history.below(9)))}};
    }
    return drawn;
}

/// Nodes whose GPUs are alike, in many states: some slices there have memory as well, some GPUs and a node are closed, and
/// some GPUs take few sharers.
inline gpupack::cluster cluster_of_alike_gpus(random_history& history) {
    using namespace gpupack;
    scheduler scheduler{
        cluster_builder{}
            .add_nodes(
                40,
                {.cpu = milli_cpu{64'000}, .memory = mebibytes{65'536}, .gpus = {4, models::t4, {.max_sharers = 3}}})
            .add_nodes(30, {.cpu = milli_cpu{32'000}, .memory = mebibytes{65'536}, .gpus = {8, models::a30}})
            .add_nodes(9, {.cpu = milli_cpu{3'000}, .memory = mebibytes{1'000}})
            .build()
            .value(),
        policy::node_then_gpus(policy::random{5}, policy::gpu_random{6})};
    for (int i = 0; i < 160; ++i) {
        request drawn = simple_request(history);
        if (drawn.gpus == 1 && drawn.share.way() == sharing::slices && history.below(3) == 0)
            drawn.share = slice{.memory = mebibytes{static_cast<std::int64_t>(500 * (1 + history.below(9)))},
                                .compute = drawn.share.compute()};
        (void)scheduler.try_place(drawn);
    }
    scheduler.set_closed(node_id{static_cast<std::uint32_t>(history.below(70))}, true);
    return scheduler.cluster();
}
