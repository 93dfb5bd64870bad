// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/batch_plan.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace gpupack;

namespace {

request asking(int number) {
    return {.cpu = milli_cpu{100 * number}, .gpus = 1};
}

} // namespace

TEST(batch_plan, numbers_classes_as_they_come) {
    const auto plan = plan::plan_batch({asking(7), asking(3), asking(7)}, request_rule::as_requested, 10);
    ASSERT_EQ(plan.classes.size(), 2U);
    EXPECT_EQ(plan.classes[0].effective, asking(7));
    EXPECT_EQ(plan.class_of, (std::vector<std::uint32_t>{0, 1, 0}));
    EXPECT_EQ(plan.trees, 2U);
    ASSERT_EQ(plan.segments.size(), 1U);
    EXPECT_EQ(plan.fills.size(), 2U);
}

TEST(batch_plan, notes_the_rounding_overhead) {
    const request half{.gpus = 2, .share = slice{.compute = 400_milli}};
    const auto plan = plan::plan_batch({half, asking(1)}, request_rule::whole_gpus, 10);
    EXPECT_EQ(plan.classes[0].effective.share.way(), sharing::exclusive);
    EXPECT_EQ(plan.classes[0].rounding_overhead, 600);
    EXPECT_EQ(plan.classes[1].rounding_overhead, 0);
}

TEST(batch_plan, keeps_the_tree_of_a_class_that_comes_again) {
    // Two trees: 1 2 | 3 2 | 1, where 2 keeps its tree and 3 takes that of 1.
    const auto plan =
        plan::plan_batch({asking(1), asking(2), asking(3), asking(2), asking(1)}, request_rule::as_requested, 2);
    ASSERT_EQ(plan.segments.size(), 3U);
    EXPECT_EQ(plan.tree_of, (std::vector<std::uint32_t>{0, 1, 0, 1, 0}));
    EXPECT_EQ(plan.segments[1].last_fill - plan.segments[1].first_fill, 1U);
}

// The segments cover all requests, and while one is placed no tree serves two classes.
TEST(batch_plan, gives_each_class_of_a_segment_a_tree) {
    for_all([](const std::vector<unsigned char>& numbers, unsigned char room) {
        std::vector<request> requests;
        for (const unsigned char number : numbers) requests.push_back(asking(number % 16));
        const auto plan = plan::plan_batch(requests, request_rule::as_requested, 1 + room % 9);
        std::map<std::uint32_t, std::uint32_t> filled; // by tree
        std::uint32_t next = 0;
        for (const plan::batch_segment& segment : plan.segments) {
            RC_ASSERT((segment.first == next && segment.last > segment.first));
            next = segment.last;
            for (std::uint32_t f = segment.first_fill; f < segment.last_fill; ++f)
                filled[plan.fills[f].tree] = plan.fills[f].request_class;
            for (std::uint32_t r = segment.first; r < segment.last; ++r) {
                RC_ASSERT(plan.tree_of[r] < plan.trees);
                RC_ASSERT(filled.at(plan.tree_of[r]) == plan.class_of[r]);
                RC_ASSERT(plan.classes[plan.class_of[r]].effective == requests[r]);
            }
        }
        RC_ASSERT(next == requests.size());
    });
}
