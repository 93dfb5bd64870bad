// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/gpu_selector.hpp>

#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

/// Nodes of two T4s with ids "GPU-<node>-<index>".
cluster named(int nodes) {
    cluster_builder builder;
    for (int n = 0; n < nodes; ++n) {
        const std::string prefix = "GPU-" + std::to_string(n);
        builder.add_node("node " + std::to_string(n), {4_cores, 4_GiB, {2, models::t4}},
                         {prefix + "-0", prefix + "-1"});
    }
    return std::move(builder).build().value();
}

} // namespace

TEST(gpu_selector, allows_and_denies) {
    scheduler by{named(3), policy::first_fit{}};
    const auto ids = [&](const gpu_selector& selector) { return selector.select(by.cluster().gpu_ids()).value(); };
    const auto second = by.place({.gpus = 1, .ids = ids({.allow = {"GPU-1-1", "GPU-2-0"}})});
    EXPECT_EQ(second->node, node_id{1});
    EXPECT_EQ(second->gpus, gpu_set::of(1));
    const auto third = by.place({.gpus = 1, .ids = ids({.deny = {"GPU-0-0", "GPU-0-1", "GPU-1-0"}})});
    EXPECT_EQ(third->node, node_id{2});
    EXPECT_EQ(by.place({.gpus = 1, .ids = ids({.allow = {"GPU-0-1", "GPU-0-0"}, .deny = {"GPU-0-0"}})})->gpus,
              gpu_set::of(1));
    EXPECT_EQ(
        by.place({.gpus = 2, .ids = ids({.allow = {"GPU-1-0", "GPU-2-1"}})}).error().message(),
        "0 of 3 nodes: 1 lack the labels or ids asked for, 2 have too few GPUs; it would not fit an empty cluster "
        "either");
}

TEST(gpu_selector, holds_under_policies_that_score_a_state_once) { // nodes in one state differ by id
    task_mix mix;
    mix.add({.gpus = 1, .share = slice{.compute = 500_milli}});
    scheduler by{named(4), policy::fgd{mix}};
    const request only{.gpus = 1,
                       .share = slice{.compute = 300_milli},
                       .ids = gpu_selector{.allow = {"GPU-3-1"}}.select(by.cluster().gpu_ids()).value()};
    const auto placed = by.place(only);
    EXPECT_EQ(placed->node, node_id{3});
    EXPECT_EQ(placed->gpus, gpu_set::of(1));
}

TEST(gpu_selector, refuses_what_it_cannot_choose) {
    const cluster on = named(9);
    const auto told = [&](const gpu_selector& wanted) { return wanted.select(on.gpu_ids()).error().message(); };
    EXPECT_EQ(told({.allow = {"GPU-1"}}), R"(GPU id: "GPU-1": expected the id of a GPU of this cluster)");
    EXPECT_EQ(told({.deny = {"GPU-9-0"}}), R"(GPU id: "GPU-9-0": expected the id of a GPU of this cluster)");
    EXPECT_EQ(told({.allow = {"GPU-1-0"}, .deny = {"GPU-1-0"}}),
              R"(GPU id: "GPU-1-0": expected one that is allowed and not denied)");
    gpu_selector nine;
    const char* const all[] = {"GPU-0-0", "GPU-1-0", "GPU-2-0", "GPU-3-0", "GPU-4-0",
                               "GPU-5-0", "GPU-6-0", "GPU-7-0", "GPU-8-0"};
    nine.deny.assign(std::begin(all), std::end(all));
    EXPECT_EQ(told(nine), R"(GPU id: "GPU-8-0": expected GPUs of at most 8 nodes)");
}
