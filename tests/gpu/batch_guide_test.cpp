// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/batch_guide.hpp>

#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/policy/worst_fit.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// Nothing stands for a weighted sum of random: asking for a batch of it is an error at compile time.
static_assert(gpu::batch_policy<policy::worst_fit>);
static_assert(gpu::batch_policy<decltype(policy::normalize(policy::worst_fit{}))>);
static_assert(!gpu::batch_policy<decltype(0.5 * policy::random{})>);

TEST(batch_guide, draws_as_random_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        return policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed});
    });
}

TEST(batch_guide, normalizes_over_the_nodes_that_fit) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::node_then_gpus(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{});
    });
}

TEST(batch_guide, measures_nodes_as_kai_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        const auto lean = seed % 4 == 0 ? policy::strategy::spread : policy::strategy::binpack;
        return policy::node_then_gpus(dialect::kai_node{lean}, dialect::kai_gpus{lean});
    });
}

TEST(batch_guide, joins_spans_in_any_order) {
    gpu::value_span all;
    EXPECT_FALSE(all.any);
    all.offer(3);
    all.join({-5, -2, true});
    all.join({-90, 90, false});
    EXPECT_EQ(all.lowest, -5);
    EXPECT_EQ(all.highest, 3);
}
