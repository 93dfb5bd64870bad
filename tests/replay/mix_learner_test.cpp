// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/mix_learner.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::vector<int> renewals(replay::mix_learner& learner, int arrivals) {
    std::vector<int> at;
    for (int i = 1; i <= arrivals; ++i)
        if (learner.observe({.gpus = 1})) at.push_back(i);
    return at;
}

} // namespace

TEST(mix_learner, is_due_by_doubling_and_then_every_quarter_of_the_half_life) {
    replay::mix_learner learner{40};
    EXPECT_EQ(renewals(learner, 50), (std::vector<int>{1, 2, 4, 8, 16, 26, 36, 46}));
    replay::mix_learner restless{1};
    EXPECT_EQ(renewals(restless, 4), (std::vector<int>{1, 2, 3, 4}));
}

TEST(mix_learner, begins_with_a_history) {
    replay::mix_learner learner{40};
    learner.begin_with(std::vector<request>(30, {.gpus = 2}));
    EXPECT_EQ(learner.mix().entries().front().request, (request{.gpus = 2}));
    EXPECT_EQ(renewals(learner, 25), (std::vector<int>{10, 20}));
    EXPECT_EQ(learner.mix().entries().size(), 2U);
}
