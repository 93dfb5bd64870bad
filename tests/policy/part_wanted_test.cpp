// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/part_wanted.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/dot_product.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpu_packing.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <utility>

using namespace gpupack;
using namespace gpupack::literals;

namespace {

cluster three_nodes() {
    return cluster_builder{}.add_nodes(3, {8_cores, 8_GiB, {1, models::t4}}).build().value();
}

/// The node that a request for memory goes to if 10 GiB are in use on the last of three nodes.
template <class Policy> std::uint32_t node_beside_memory(const Policy& policy, const request& request) {
    cluster nodes = three_nodes();
    (void)nodes.take(node_id{2}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory = 10_GiB}});
    scheduler by{std::move(nodes), policy};
    return by.place(request)->node.number();
}

} // namespace

TEST(part_wanted, is_memory_compute_or_the_larger_part) {
    const cluster nodes = three_nodes();
    const node_view node = nodes[node_id{0}];
    const mebibytes half{models::t4.memory.count() / 2};
    EXPECT_EQ(policy::part_wanted(node, {.gpus = 0}), 0_milli);
    EXPECT_EQ(policy::part_wanted(node, {.gpus = 1}), 1000_milli);
    EXPECT_EQ(policy::part_wanted(node, {.gpus = 1, .share = slice{.compute = 300_milli}}), 300_milli);
    EXPECT_NEAR(double(policy::part_wanted(node, {.gpus = 1, .share = slice{.memory = half}}).count()), 500, 1);
    EXPECT_NEAR(double(policy::part_wanted(node, {.gpus = 1, .share = slice{half, 300_milli}}).count()), 500, 1);
    EXPECT_EQ(policy::part_wanted(node, {.gpus = 1, .share = slice{half, 700_milli}}), 700_milli);
    EXPECT_EQ(policy::part_wanted(node, {.gpus = 1, .share = slice{.memory_percent = 40}}).count() / 10, 39);
    EXPECT_NEAR(double(policy::part_wanted(node, {.gpus = 2, .share = split_slice{.memory = half}}).count()), 500, 1);
}

TEST(part_wanted, lets_every_node_policy_see_gpu_memory) {
    const request task{.gpus = 1, .share = slice{.memory = 4_GiB}};
    task_mix mix;
    mix.add(task, 3);
    mix.add({.gpus = 1}, 1);
    EXPECT_EQ(node_beside_memory(policy::binpack{}, task), 2U);
    EXPECT_EQ(node_beside_memory(policy::best_fit{}, task), 2U);
    const policy::dot_product by_one_gpu{{.cpu = 8_cores, .compute = 1000_milli}};
    EXPECT_EQ(node_beside_memory(by_one_gpu, task), 2U);
    EXPECT_EQ(node_beside_memory(policy::gpu_packing{}, task), 2U);
    EXPECT_EQ(node_beside_memory(policy::fgd{mix}, task), 2U);
    EXPECT_EQ(node_beside_memory(policy::lookahead{mix}, task), 2U);
    EXPECT_EQ(node_beside_memory(policy::spread{}, task), 0U);
    EXPECT_EQ(node_beside_memory(policy::worst_fit{}, task), 0U);
}
