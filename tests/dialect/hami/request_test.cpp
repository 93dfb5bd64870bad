// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/request.hpp>

#include "support/one_gpu.hpp"

#include <gpupack/policy/first_fit.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(hami_request, asks_for_slices_or_for_whole_gpus) {
    EXPECT_EQ(dialect::hami_request({2, 4096, {}, 30}).value(), (request{.gpus = 2, .share = slice{4096_MiB, 300_milli}}));
    EXPECT_EQ(dialect::hami_request({1, {}, 50, 30}).value(), (request{.gpus = 1, .share = slice{{}, 300_milli, 50}}));
    EXPECT_EQ(dialect::hami_request({1}).value(), request{.gpus = 1}); // nothing limited: the webhook makes it exclusive
    EXPECT_EQ(dialect::hami_request({1}, {.webhook = false}).value(),
              (request{.gpus = 1, .share = slice{.memory_percent = 100}}));
    EXPECT_EQ(dialect::hami_request({1}, {.memory = 3000, .cores = 10}).value(),
              (request{.gpus = 1, .share = slice{3000_MiB, 100_milli}}));
    EXPECT_EQ(dialect::hami_request({1, 3}, {.memory_factor = 1024}).value(), (request{.gpus = 1, .share = slice{3_GiB}}));
}

TEST(hami_request, lets_mebibytes_win_over_percent) { // as HAMi does when it fits, not when it scores
    EXPECT_EQ(dialect::hami_request({1, 1000, 50}).value().share, (share{slice{1000_MiB}}));
}

TEST(hami_request,
     takes_percentages_for_what_they_are) { // no sentinel, no wrap-around; 0 is all, not "no limit"
    EXPECT_EQ(dialect::hami_request({1, {}, 0, 10}).value().share, (share{slice{{}, 100_milli, 100}}));
    EXPECT_EQ(dialect::hami_request({1, {}, -1, 10}).value().share, (share{slice{{}, 100_milli, 100}}));
    EXPECT_EQ(dialect::hami_request({1, {}, 150, 10}).value().share, (share{slice{{}, 100_milli, 100}}));
    EXPECT_EQ(dialect::hami_request({1, {}, (std::int64_t{1} << 32) + 50, 10}).value().share,
              (share{slice{{}, 100_milli, 100}}));
    EXPECT_EQ(dialect::hami_request({1, {}, 101, 10}).value().share, (share{slice{{}, 100_milli, 100}}));
}

TEST(hami_request, gives_all_cores_as_the_gpu_itself) { // exclusive both ways, and 200 is 100
    for (const std::int64_t cores : {100, 200}) {
        scheduler by{a100s(1), policy::first_fit{}};
        const request all = dialect::hami_request({1, 1000, {}, cores}).value();
        const request none = dialect::hami_request({1, 1000, {}, 0}).value();
        const auto alone = by.place(all);
        ASSERT_TRUE(alone);
        EXPECT_FALSE(by.place(none)) << "no cores on a GPU without any left";
        by.release(*alone);
        ASSERT_TRUE(by.place(none));
        EXPECT_FALSE(by.place(all)) << "all cores of a GPU in use";
    }
}

TEST(hami_request, checks_the_range_after_the_factor) {
    EXPECT_EQ(dialect::hami_request({1, 2097152}, {.memory_factor = 1024}).error().message(),
              R"(GPU memory: "2097152": expected from 0 to 2097151)");
    EXPECT_EQ(dialect::hami_request({1, -5}).error().message(), R"(GPU memory: "-5": expected from 0 to 2147483647)");
    EXPECT_EQ(dialect::hami_request({33}).error().message(), R"(GPU count: "33": expected from 0 to 32)");
    EXPECT_EQ(dialect::hami_request({-1}).error().message(), R"(GPU count: "-1": expected 0 or more)");
    EXPECT_EQ(dialect::hami_request({1, {}, {}, -1}).error().message(), R"(GPU cores: "-1": expected 0 or more)");
}

TEST(hami_request, refuses_a_factor_that_nothing_can_be_divided_by) {
    for (const std::int64_t factor : {0, -1})
        EXPECT_EQ(dialect::hami_request({1, 3000, {}, 30}, {.memory_factor = factor}).error().field, "memory_factor");
}
