// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of NVIDIA's k8s-device-plugin.
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// Where `size` replicas go, one after the other, on GPUs of so many replicas each: how many on which GPU.
std::vector<int> counts(policy::strategy strategy, int gpus, int replicas, int size) {
    const cluster on = cluster_builder{}
                           .add_nodes(1, {1_cores, 1_GiB, {gpus, models::t4, {.max_sharers = replicas}}})
                           .build()
                           .value();
    scheduler by{on, policy::node_then_gpus(dialect::kubernetes_default{}, dialect::device_plugin{strategy})};
    for (int i = 0; i < size; ++i)
        EXPECT_TRUE(by.place({.gpus = 1, .share = slice{.compute = milli_gpu{1000 / replicas}}}));
    std::vector<int> told;
    for (int i = 0; i < gpus; ++i) told.push_back(by.cluster()[node_id{0}].gpu(i).sharers);
    return told;
}

} // namespace

TEST(device_plugin, takes_replicas_as_published) {
    for (const auto& [rule, strategy] : {std::pair{"packed", policy::strategy::binpack},
                                         std::pair{"distributed", policy::strategy::spread}})
        for (const auto& row : published("device_plugin").at(rule))
            EXPECT_EQ(counts(strategy, row[0], row[1], row[2]), row[3].get<std::vector<int>>()) << rule << row;
}
