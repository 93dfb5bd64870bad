// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/gpu_state.hpp>

#include "support/for_all.hpp"
#include "support/gpu_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

using namespace gpupack;

TEST(gpu_state, giving_back_undoes_taking_in_any_order) {
    for_all([] {
        const gpu_state idle = idle_with(mebibytes{16000});
        gpu_state gpu = idle;
        std::vector<share> taken;
        for (int i = *rc::gen::inRange(1, 8); i > 0; --i) {
            const share part = slice{mebibytes{*rc::gen::inRange(0, 2000)}, milli_gpu{*rc::gen::inRange(1, 125)}};
            gpu = taking(gpu, part, 1);
            taken.push_back(part);
            RC_ASSERT((gpu.way == sharing::slices && gpu.sharers() == static_cast<int>(taken.size())));
        }
        while (!taken.empty()) {
            const auto i = *rc::gen::inRange<std::size_t>(0, taken.size());
            gpu = after_giving_back(gpu, taken[i], gpu_of(mebibytes{16000}));
            taken.erase(taken.begin() + static_cast<long>(i));
        }
        RC_ASSERT(gpu == idle);
    });
}

TEST(gpu_state, a_whole_gpu_has_nothing_left_and_knows_its_width) {
    const gpu_state whole = taking(idle_with(16_GiB), exclusive{}, 4);
    EXPECT_EQ(whole.memory_free, 0);
    EXPECT_EQ(whole.compute_free, 0);
    EXPECT_EQ(whole.sharers(), 1);
    EXPECT_EQ(whole.way, sharing::exclusive);
    EXPECT_EQ(whole.width(), 4);
    EXPECT_EQ(after_giving_back(whole, exclusive{}, gpu_of(16_GiB)), idle_with(16_GiB));
}

TEST(gpu_state, takes_slices_unless_given_whole_or_shared_by_the_most) {
    EXPECT_TRUE(takes_slices(idle_with(16_GiB)));
    EXPECT_TRUE(takes_slices(taking(idle_with(16_GiB), slice{16_GiB, 1000_milli}, 1)));
    EXPECT_FALSE(takes_slices(taking(idle_with(16_GiB), exclusive{}, 1)));
    gpu_state sharers_at_limit = taking(idle_with(16_GiB), slice{1_MiB, {}}, 1);
    sharers_at_limit.sharers_at_limit = true;
    EXPECT_FALSE(takes_slices(sharers_at_limit));
}

TEST(gpu_state, counts_more_than_255_slices_on_one_gpu) {
    gpu_capacity capacity = gpu_of(16_GiB);
    capacity.max_sharers = 1000;
    gpu_state gpu = idle_gpu(capacity);
    const share part = slice{1_MiB, {}};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(gpu.sharers_at_limit);
        gpu = after_taking(gpu, part, capacity);
    }
    EXPECT_EQ(gpu.sharers(), 1000);
    EXPECT_TRUE(gpu.sharers_at_limit);
    for (int i = 0; i < 1000; ++i) gpu = after_giving_back(gpu, part, capacity);
    EXPECT_EQ(gpu, idle_gpu(capacity));
}

TEST(gpu_state, counts_percents_where_the_rule_says_so_and_undoes_it) {
    const gpu_capacity capacity = gpu_of(mebibytes{1000});
    const share by_percent = slice{.memory_percent = 30, .rule = {.counts_percent = true}};
    const share by_amount = slice{.memory = 119_MiB, .rule = {.counts_percent = true}};
    const share plain = slice{.memory_percent = 5};
    gpu_state gpu = idle_gpu(capacity);
    for (const share& each : {by_percent, by_amount, plain}) gpu = after_taking(gpu, each, capacity);
    EXPECT_EQ(gpu.percent_promised(), 41);
    EXPECT_EQ(gpu.memory_free, 1000 - 300 - 119 - 50);
    for (const share& each : {by_percent, plain, by_amount}) gpu = after_giving_back(gpu, each, capacity);
    EXPECT_EQ(gpu, idle_gpu(capacity));
}
