// SPDX-License-Identifier: Apache-2.0
// Mistakes of other systems when GPUs are shared, one test for each. Those of one policy or one form of request are
// tested with it.
#include <gpupack/any_scheduler.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/for_all.hpp"
#include "support/presets.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <variant>
#include <vector>

using namespace gpupack;

namespace {

scheduler<policy::first_fit> on_t4s(int gpus, const gpu_setup& setup = {}) {
    return scheduler{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {gpus, models::t4, setup}}).build().value(),
                     policy::first_fit{}};
}

request part(int milli) {
    return {.gpus = 1, .share = slice{.compute = milli_gpu{milli}}};
}

request percent(int of_memory) {
    return {.gpus = 1, .share = slice{.memory_percent = of_memory}};
}

} // namespace

TEST(sharing, percent_is_rounded_down_and_three_thirds_leave_a_rest) {
    auto by = on_t4s(1);
    const std::int32_t all = by.cluster()[node_id{0}].gpu(0).memory_free;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(by.place(percent(33)));
    EXPECT_EQ(by.cluster()[node_id{0}].gpu(0).memory_free, all - 3 * (all * 33 / 100));
    EXPECT_TRUE(by.place(percent(1)));
    EXPECT_FALSE(by.place(percent(1)));
}

TEST(sharing, memory_is_what_the_owner_says_and_floored_only_by_a_reserve) {
    auto plain = on_t4s(1);
    const mebibytes all = plain.cluster()[node_id{0}].gpu_memory(0);
    EXPECT_TRUE(plain.place({.gpus = 1, .share = slice{all}}));
    const mebibytes over{all.count() % 100};
    ASSERT_GT(over.count(), 0);
    auto floored = on_t4s(1, {.reserve = over});
    EXPECT_FALSE(floored.place({.gpus = 1, .share = slice{all}}));
    EXPECT_TRUE(floored.place({.gpus = 1, .share = slice{all - over}}));
}

TEST(sharing, ten_tenths_are_exactly_one_gpu) {
    auto by = on_t4s(1);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(by.place(part(100)));
    EXPECT_EQ(by.cluster().compute_free(), 0_milli);
    EXPECT_FALSE(by.place(part(1)));
}

TEST(sharing, a_placement_counts_once) {
    auto by = on_t4s(2);
    const auto placed = by.place(part(300));
    EXPECT_EQ(by.cluster().compute_free(), 1700_milli);
    EXPECT_EQ(by.cluster().live_placements(), 1U);
    by.release(*placed);
    EXPECT_EQ(by.cluster().compute_free(), 2000_milli);
}

TEST(sharing, two_tasks_of_one_owner_on_a_gpu_are_two_sharers) {
    auto by = on_t4s(1, {.max_sharers = 2});
    const auto first = by.place(part(100));
    ASSERT_TRUE(by.place(part(100)));
    EXPECT_FALSE(by.place(part(100)));
    by.release(*first); // and the other one stays
    EXPECT_EQ(by.cluster()[node_id{0}].gpu(0).sharers(), 1);
    EXPECT_TRUE(by.place(part(100)));
    EXPECT_FALSE(by.place(part(100)));
}

TEST(sharing, nothing_is_given_back_twice) {
    auto by = on_t4s(1);
    const auto placed = by.place(part(100));
    by.release(*placed);
    const auto other = by.place(part(200)); // in the same slot of the ledger
    EXPECT_DEATH(by.release(*placed), "not released before");
    by.release(*other);
    EXPECT_EQ(by.cluster().compute_free(), 1000_milli);
}

TEST(sharing, sharers_run_out_although_memory_is_free) {
    auto by = on_t4s(2, {.max_sharers = 1});
    ASSERT_TRUE(by.place(part(10)));
    ASSERT_TRUE(by.place(part(10)));
    EXPECT_EQ(by.place(part(10)).error().count(fit::reason::sharers), 1U);
}

TEST(sharing, a_gpu_that_failed_gets_nothing_whatever_the_policy) {
    for (const std::string& name : test::preset_names()) {
        any_scheduler by{on_t4s(2).cluster(), test::preset(name, {.may_be_empty = true}, search::scan{})};
        const auto there = by.place(part(100));
        ASSERT_TRUE(there) << name;
        by.set_closed(node_id{0}, there->gpus, true);
        const auto next = by.place(part(100));
        ASSERT_TRUE(next) << name;
        EXPECT_NE(next->gpus, there->gpus) << name;
        EXPECT_FALSE(by.place({.gpus = 2})) << name;
        by.release(*there); // what runs there may still leave
        EXPECT_FALSE(by.place({.gpus = 1})) << name;
    }
}

TEST(sharing, the_same_questions_get_the_same_answers) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const task_mix mix = history.any_mix(on);
        const request request = history.any_request(on);
        for (const std::string& name : test::preset_names()) {
            const auto ask = [&] {
                any_scheduler by{on, test::preset(name, {mix, seed}, search::scan{})};
                const auto placed = by.try_place(request);
                return placed ? std::pair{placed->node.number(), placed->gpus.bits()} : std::pair{~0U, 0U};
            };
            RC_ASSERT(ask() == ask());
        }
    });
}

TEST(sharing, memory_and_compute_are_never_added_up) { // a GPU full in one of them is full
    auto by = on_t4s(1);
    ASSERT_TRUE(by.place({.gpus = 1, .share = slice{by.cluster()[node_id{0}].gpu_memory(0), 100_milli}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{1_MiB, 100_milli}}));
    EXPECT_TRUE(by.place(part(900)));
    EXPECT_FALSE(by.place(part(1)));
}

TEST(sharing, of_two_placements_decided_on_one_state_the_second_is_refused) {
    cluster on = on_t4s(1).cluster();
    const cluster seen = on; // what both deciders look at
    const gpu_set gpus = fit::lowest_gpus(seen[node_id{0}], part(600));
    ASSERT_TRUE(fit::fits_on(on[node_id{0}], part(600), gpus));
    (void)on.take(node_id{0}, gpus, part(600));
    EXPECT_TRUE(fit::fits_on(seen[node_id{0}], part(600), gpus));
    EXPECT_FALSE(fit::fits_on(on[node_id{0}], part(600), gpus));
}

TEST(sharing, what_does_not_fit_leaves_no_trace) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        scheduler by{on, policy::first_fit{}};
        if (by.try_place(request)) return;
        RC_ASSERT(by.cluster().same_state(on));
        RC_ASSERT(by.cluster().live_placements() == on.live_placements());
    });
}
