// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/batch_plan.hpp>

#include <gpupack/policy/best_fit.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace gpupack;

namespace {

request shape(int number) {
    return {.cpu = milli_cpu{100 * number}, .gpus = 1};
}

} // namespace

TEST(batch_plan, numbers_shapes_as_they_come) {
    const auto plan = gpu::plan_batch(policy::best_fit{}, {shape(7), shape(3), shape(7)}, 10);
    ASSERT_EQ(plan.shapes.size(), 2U);
    EXPECT_EQ(plan.shapes[0].taken, shape(7));
    EXPECT_EQ(plan.shape_of, (std::vector<std::uint32_t>{0, 1, 0}));
    EXPECT_EQ(plan.trees, 2U);
    ASSERT_EQ(plan.segments.size(), 1U);
    EXPECT_EQ(plan.fills.size(), 2U);
}

TEST(batch_plan, notes_what_nobody_asked_for) {
    const request half{.gpus = 2, .share = slice{.compute = 400_milli}};
    const auto plan = gpu::plan_batch(policy::whole_gpus(policy::best_fit{}), {half, shape(1)}, 10);
    EXPECT_EQ(plan.shapes[0].taken.share.way(), sharing::exclusive);
    EXPECT_EQ(plan.shapes[0].rounding_overhead, 600);
    EXPECT_EQ(plan.shapes[1].rounding_overhead, 0);
}

TEST(batch_plan, keeps_the_tree_of_a_shape_that_comes_again) {
    // Two trees: 1 2 | 3 2 | 1, where 2 keeps its tree and 3 takes that of 1.
    const auto plan = gpu::plan_batch(policy::best_fit{}, {shape(1), shape(2), shape(3), shape(2), shape(1)}, 2);
    ASSERT_EQ(plan.segments.size(), 3U);
    EXPECT_EQ(plan.tree_of, (std::vector<std::uint32_t>{0, 1, 0, 1, 0}));
    EXPECT_EQ(plan.segments[1].last_fill - plan.segments[1].first_fill, 1U);
}

// Whatever is asked: the segments cover it, and while one is walked no tree serves two shapes.
TEST(batch_plan, gives_each_shape_of_a_segment_a_tree) {
    for_all([](const std::vector<unsigned char>& numbers, unsigned char room) {
        std::vector<request> request;
        for (const unsigned char number : numbers) request.push_back(shape(number % 16));
        const auto plan = gpu::plan_batch(policy::best_fit{}, request, 1 + room % 9);
        std::map<std::uint32_t, std::uint32_t> filled; // by tree
        std::uint32_t next = 0;
        for (const gpu::batch_segment& segment : plan.segments) {
            RC_ASSERT(segment.first == next && segment.last > segment.first);
            next = segment.last;
            for (std::uint32_t f = segment.first_fill; f < segment.last_fill; ++f)
                filled[plan.fills[f].tree] = plan.fills[f].shape;
            for (std::uint32_t r = segment.first; r < segment.last; ++r) {
                RC_ASSERT(plan.tree_of[r] < plan.trees);
                RC_ASSERT(filled.at(plan.tree_of[r]) == plan.shape_of[r]);
                RC_ASSERT(plan.shapes[plan.shape_of[r]].taken == request[r]);
            }
        }
        RC_ASSERT(next == request.size());
    });
}
