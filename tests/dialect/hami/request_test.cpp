// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/request.hpp>

#include "support/one_gpu.hpp"

#include <gpupack/policy/first_fit.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

constexpr share_rule alone{.compute_alone = true};

share share_of(const dialect::hami_limits& limits, const dialect::hami_defaults& defaults = {}) {
    return dialect::hami_request(limits, defaults).value().share;
}

} // namespace

TEST(hami_request, asks_for_slices_or_for_whole_gpus) {
    EXPECT_EQ(dialect::hami_request({2, 4096, {}, 30}).value(),
              (request{.gpus = 2, .share = slice{.memory = 4096_MiB, .compute = 300_milli, .rule = alone}}));
    EXPECT_EQ(share_of({1, {}, 50, 30}), (slice{.compute = 300_milli, .memory_percent = 50, .rule = alone}));
    EXPECT_EQ(dialect::hami_request({1}).value(),
              request{.gpus = 1}); // nothing limited: the webhook makes it exclusive
    EXPECT_EQ(share_of({1}, {.webhook = false}), (slice{.memory_percent = 100, .rule = alone}));
    EXPECT_EQ(share_of({1}, {.memory = 3000, .cores = 10, .webhook = false}),
              (slice{.memory = 3000_MiB, .compute = 100_milli, .rule = alone}));
    EXPECT_EQ(share_of({1, 3}, {.memory_factor = 1024}), (slice{.memory = 3_GiB, .rule = alone}));
    EXPECT_EQ(share_of({1}, {.scales_cores = true}),
              (slice{.compute = whole_gpu, .memory_percent = 100, .rule = alone}))
        << "100 cores of a GPU that promises 200";
}

TEST(hami_request, all_cores_take_only_the_memory_that_is_asked_for) {
    EXPECT_EQ(share_of({1, 1000, {}, 100}), (slice{.memory = 1000_MiB, .compute = whole_gpu, .rule = alone}));
    EXPECT_EQ(share_of({1}, {.memory = 3000}), (slice{.memory = 3000_MiB, .compute = whole_gpu, .rule = alone}))
        << "the webhook writes 100 cores where no memory is written, whatever the default is";
}

TEST(hami_request, lets_mebibytes_win_over_percent) { // as HAMi does when it fits, not when it scores
    EXPECT_EQ(share_of({1, 1000, 50}), (slice{.memory = 1000_MiB, .rule = alone}));
}

TEST(hami_request, takes_percentages_for_what_they_are_without_the_webhook) { // no sentinel, no wrap-around
    const slice all{.compute = 100_milli, .memory_percent = 100, .rule = alone};
    for (const std::int64_t percent :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{150}, (std::int64_t{1} << 32) + 50, std::int64_t{101}})
        EXPECT_EQ(share_of({1, {}, percent, 10}, {.webhook = false}), share{all}) << percent;
}

TEST(hami_request, refuses_what_its_webhook_refuses) {
    for (const std::int64_t percent : {-1, 101, 150}) EXPECT_FALSE(dialect::hami_request({1, {}, percent}));
    EXPECT_EQ(share_of({1, 0}), (slice{.memory_percent = 100, .rule = alone})) << "0 MiB is written: no 100 cores";
    EXPECT_EQ(share_of({1, {}, 0}), (slice{.memory_percent = 100, .rule = alone}));
}

TEST(hami_request, counts_one_gpu_where_only_something_else_is_written) {
    EXPECT_EQ(dialect::hami_request({.count = {}, .memory = 1000}).value().gpus, 1);
    EXPECT_EQ(dialect::hami_request({.count = {}, .memory = 1000}, {.webhook = false}).value().gpus, 0);
    EXPECT_EQ(dialect::hami_request({.count = {}}).value().gpus, 0);
}

TEST(hami_request, gives_all_cores_on_a_gpu_without_tasks) { // and 200 is 100
    for (const std::int64_t cores : {100, 200}) {
        scheduler by{a100s(1), policy::first_fit{}};
        const request all = dialect::hami_request({1, 1000, {}, cores}).value();
        const request none = dialect::hami_request({1, 1000, {}, 0}).value();
        const auto placed = by.place(all);
        ASSERT_TRUE(placed);
        EXPECT_FALSE(by.place(none)) << "no cores on a GPU without any left";
        by.release(*placed);
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
