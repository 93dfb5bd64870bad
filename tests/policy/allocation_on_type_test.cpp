// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/allocation_on_type.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/worst_fit.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using namespace gpupack;

static_assert(policy::scores_by_sums<policy::binpack> && policy::scores_by_sums<policy::spread>);
static_assert(policy::scores_by_sums<decltype(policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}))>);
static_assert(!policy::scores_by_sums<policy::worst_fit>);

namespace {

/// Compares all nodes that random requests fit, on random clusters.
template <class Policy> void expect_the_same_scores(std::uint64_t first_seed, const Policy& policy, int least) {
    int compared = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + 60; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        for (int round = 0; round < 10; ++round) {
            const request request = history.any_request(cluster);
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                const node_view node = cluster[node_id{n}];
                if (!policy.is_exact_on(node.type()) || !fit::fits(node, request)) continue;
                const auto scores = policy.on_type(node.type(), request);
                ASSERT_EQ(policy::score{scores(static_cast<std::int32_t>(node.cpu_free().count()),
                                               static_cast<std::int32_t>(node.memory_free().count()),
                                               static_cast<std::int32_t>(node.part_free().count()))},
                          policy(node, request))
                    << seed;
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, least);
}

} // namespace

TEST(allocation_on_type, scores_as_division_does) {
    expect_the_same_scores(0, policy::binpack{}, 500);
    expect_the_same_scores(100, policy::spread{}, 500);
    random_stream random{3};
    for (std::uint64_t round = 0; round < 10; ++round) {
        const auto drawn = [&] { return static_cast<policy::score>(random.below(257)); };
        const policy::resource_weights weights{drawn(), drawn(), drawn()};
        expect_the_same_scores(200 + 100 * round,
                               policy::binpack{weights, 1 + static_cast<policy::score>(random.below(2048))}, 500);
    }
}

// Every quotient near a whole number, and what lies at the ends of what 32 bits hold.
TEST(allocation_on_type, has_the_quotients_of_64_bits) {
    random_stream random{7};
    int compared = 0;
    for (int i = 0; i < 3'000'000; ++i) {
        const auto points = static_cast<std::uint32_t>(random.below(i % 2 == 0 ? 101 : 2049));
        const std::uint64_t most = std::uint64_t{1} << (12 + random.below(15));
        const auto capacity =
            static_cast<std::int64_t>(i % 5 == 0 ? most - 1 : points + 1 + random.below(most - points - 1));
        if (!policy::points_on_type::is_exact(capacity, points)) continue;
        ++compared;
        std::int64_t part = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(capacity) + 1));
        if (i % 3 == 0 && points > 0)
            part = (static_cast<std::int64_t>(random.below(points + 1)) * capacity + points - 1) / points;
        if (i % 6 == 0 && part > 0) --part;
        const auto demand = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(part) + 1));
        const auto left = policy::points_on_type::of(capacity, demand, points, false);
        const auto used = policy::points_on_type::of(capacity, demand, points, true);
        const std::int64_t rest = part - demand;
        ASSERT_EQ(left.at<false>(static_cast<std::int32_t>(part)), rest * points / capacity) << part << "/" << capacity;
        ASSERT_EQ(used.at<true>(static_cast<std::int32_t>(part)), (capacity - rest) * points / capacity);
    }
    EXPECT_GT(compared, 2'000'000);
}

TEST(allocation_on_type, refuses_what_32_bits_do_not_hold) {
    node_type type{.cpu = milli_cpu{64'000}, .memory = mebibytes{1024}};
    EXPECT_TRUE(policy::binpack{}.is_exact_on(type));
    EXPECT_FALSE((policy::binpack{.points = 1024}).is_exact_on(type)); // as many points as memory
    EXPECT_FALSE((policy::binpack{.points = 4096}).is_exact_on(type));
    EXPECT_FALSE((policy::binpack{.weights = {.cpu = -1}}).is_exact_on(type));
    EXPECT_FALSE((policy::binpack{.weights = {.gpu = 257}}).is_exact_on(type));
    type.memory = mebibytes{std::int64_t{1} << 26};
    EXPECT_FALSE((policy::binpack{.points = 10}).is_exact_on(type));
    type.memory = mebibytes{(std::int64_t{1} << 31) / 100 + 1};
    EXPECT_FALSE(policy::binpack{}.is_exact_on(type));
    EXPECT_TRUE((policy::binpack{.points = 99}).is_exact_on(type));
}
