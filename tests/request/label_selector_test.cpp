// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/label_selector.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// A node of zone a with a fast and a plain GPU, and one of zone b, spot, with plain ones.
cluster zones() {
    return cluster_builder{}
        .add_nodes(1, {4_cores, 4_GiB, {{1, models::t4}, {1, models::t4, {.labels = {"fast"}}}}, {"zone=a"}})
        .add_nodes(1, {4_cores, 4_GiB, {2, models::t4}, {"zone=b", "spot"}})
        .build()
        .value();
}

} // namespace

TEST(label_selector, chooses_gpus_by_their_labels_and_their_nodes) {
    scheduler by{zones(), policy::first_fit{}};
    const auto labels = [&](const label_selector& selector) { return selector.select(by.cluster().labels()).value(); };
    const auto fast = by.place({.gpus = 1, .labels = labels({.all_of = {"zone=a", "fast"}})});
    EXPECT_EQ(fast->gpus, gpu_set::of(1));
    EXPECT_EQ(by.place({.gpus = 1, .labels = labels({.all_of = {"spot"}})})->node, node_id{1});
    EXPECT_EQ(by.place({.gpus = 1, .labels = labels({.none_of = {"zone=a"}})})->node, node_id{1});
    EXPECT_EQ(by.place({.gpus = 1, .labels = labels({.all_of = {"fast"}})}).error().message(),
              "0 of 2 nodes: 1 lack the labels or ids asked for, 1 lack idle GPUs; nearest: node 0, 1 GPU short");
    EXPECT_EQ(by.place({.gpus = 1, .labels = labels({.all_of = {"fast", "spot"}})}).error().message(),
              "0 of 2 nodes: 2 lack the labels or ids asked for; it would not fit an empty cluster either");
}

TEST(label_selector, chooses_nodes_for_what_asks_for_no_gpu) {
    scheduler by{zones(), policy::first_fit{}};
    const request request{.cpu = 1_cores, .labels = label_selector{{"spot"}, {}}.select(by.cluster().labels()).value()};
    EXPECT_EQ(by.place(request)->node, node_id{1});
    const gpupack::request fast{.cpu = 1_cores,
                                .labels = label_selector{{"fast"}, {}}.select(by.cluster().labels()).value()};
    EXPECT_EQ(by.place(fast).error().count(fit::reason::selector), 2U);
}

TEST(label_selector, refuses_unknown_labels) {
    const cluster on = zones();
    EXPECT_EQ((label_selector{{"zone=c"}, {}}.select(on.labels()).error().message()),
              R"(label: "zone=c": expected one of zone=a, fast, zone=b, spot)");
    EXPECT_FALSE((label_selector{{}, {"zone"}}.select(on.labels())));
}
