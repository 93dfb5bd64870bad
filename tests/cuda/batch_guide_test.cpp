#include <gpupack/cuda/batch_guide.hpp>

#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/kai.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/policy/worst_fit.hpp>

#include "cuda/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// Nothing stands for a weighted sum of random: asking for a batch of it is an error at compile time.
static_assert(cuda::batch_policy<policy::worst_fit>);
static_assert(cuda::batch_policy<decltype(policy::normalize(policy::worst_fit{}))>);
static_assert(!cuda::batch_policy<decltype(0.5 * policy::random{})>);

TEST(batch_guide, draws_as_random_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        return policy::two_level(policy::random{seed}, policy::gpu_random{seed});
    });
}

TEST(batch_guide, normalizes_over_the_nodes_that_fit) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::two_level(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{});
    });
}

TEST(batch_guide, measures_nodes_as_kai_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        const auto lean = seed % 4 == 0 ? policy::tendency::spread : policy::tendency::pack;
        return policy::two_level(policy::kai_node{lean}, policy::kai_gpus{lean});
    });
}

TEST(batch_guide, joins_spans_in_any_order) {
    cuda::value_span all;
    EXPECT_FALSE(all.any);
    all.offer(3);
    all.join({-5, -2, true});
    all.join({-90, 90, false});
    EXPECT_EQ(all.lowest, -5);
    EXPECT_EQ(all.highest, 3);
}
