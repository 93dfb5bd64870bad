// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster_placements.hpp>

#include <gpupack/state/cluster_builder.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

cluster two_gpus() {
    return cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, gpu_model{"X", 10_GiB}}}).build().value();
}

placed_resources held_on(gpu_set gpus, const share& share) {
    placed_resources held;
    held.node = node_id{0};
    held.gpus = gpus;
    held.share = share;
    return held;
}

} // namespace

// Every way of sharing: the placements of a used cluster, put back on an idle one in their order or in another.
TEST(cluster_placements, restored_exactly_leave_the_same_state_bit_for_bit) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster used = history.used_cluster();
        cluster restored = used;
        for (const placement& each : restored.placements()) restored.give_back(each);
        std::vector<placement> made = used.placements();
        for (std::size_t i = made.size(); i > 1; --i) std::swap(made[i - 1], made[history.below(i)]);
        for (const placement& each : made) {
            const placed_resources held = used.resources_of(each);
            const auto receipt = restored.restore(held, true);
            RC_ASSERT(receipt.has_value());
            RC_ASSERT(restored.resources_of(*receipt) == held);
        }
        RC_ASSERT(restored.same_state(used));
        RC_ASSERT(what_differs(restored) == "");
        for (const placement& each : restored.placements()) restored.give_back(each);
        RC_ASSERT(what_differs(restored) == "");
    });
}

TEST(cluster_placements, a_split_slice_comes_back_in_its_pieces) {
    cluster before = two_gpus();
    const placement other = before.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory = 6_GiB}});
    const placement split = before.take(node_id{0}, gpu_set::first(2), {.gpus = 2, .share = split_slice{12_GiB}});
    before.give_back(other);
    cluster after = two_gpus();
    const placement back = after.restore(before.resources_of(split)).value();
    EXPECT_EQ(after.memory_on(back, 0), before.memory_on(split, 0));
    EXPECT_EQ(after.memory_on(back, 1), 8_GiB);
    EXPECT_TRUE(after.same_state(before));
}

TEST(cluster_placements, are_restored_onto_closed_and_full_nodes_only_if_forced) {
    cluster on = two_gpus();
    on.set_closed(node_id{0}, gpu_set::of(0), true);
    const auto most = held_on(gpu_set::of(0), slice{7_GiB, 600_milli});
    EXPECT_EQ(on.restore(most).error(), refusal::closed);
    const placement first = on.restore(most, true).value();
    EXPECT_FALSE(on.is_over_committed(node_id{0}));
    on.set_closed(node_id{0}, gpu_set::of(0), false);
    EXPECT_EQ(on.restore(most).error(), refusal::gpu_compute);
    const placement second = on.restore(most, true).value();
    EXPECT_TRUE(on.is_over_committed(node_id{0}));
    EXPECT_EQ(on[node_id{0}].gpu(0).memory_free, -4 * 1024);
    EXPECT_EQ(on.try_take(node_id{0}, gpu_set::of(1), {.gpus = 1}).error(), refusal::over_committed);
    on.give_back(first);
    EXPECT_FALSE(on.is_over_committed(node_id{0}));
    EXPECT_TRUE(on.try_take(node_id{0}, gpu_set::of(1), {.gpus = 1}));
    on.give_back(second);
    EXPECT_EQ(what_differs(on), "");
}

TEST(cluster_placements, two_tasks_that_have_one_gpu_whole_are_booked_and_what_cannot_be_counted_is_refused) {
    cluster on = two_gpus();
    const auto whole = held_on(gpu_set::of(0), exclusive{});
    const placement first = on.restore(whole).value();
    EXPECT_EQ(on.restore(whole).error(), refusal::sharing);
    const placement second = on.restore(whole, true).value();
    EXPECT_TRUE(on.is_over_committed(node_id{0}));
    EXPECT_EQ(on.restore(held_on(gpu_set::of(0), slice{1_MiB}), true).error(), refusal::sharing);
    on.give_back(second);
    on.give_back(first);
    EXPECT_EQ(what_differs(on), "");
    for (int i = 0; i < 200; ++i) {
        const auto restored = on.restore(held_on(gpu_set::of(1), slice{9_GiB, whole_gpu}), true);
        if (!restored) {
            EXPECT_EQ(restored.error(), refusal::beyond_limits);
        }
    }
    EXPECT_EQ(what_differs(on), "");
    EXPECT_EQ(on.restore(held_on(gpu_set::of(2), exclusive{}), true).error(), refusal::no_such_gpu);
    EXPECT_EQ(on.restore(held_on(gpu_set::of(1), instance{.way = sharing::mig}), true).error(), refusal::sharing);
    EXPECT_EQ(on.restore(held_on(gpu_set::of(1), slice{.memory_percent = 101}), true).error(), refusal::invalid);
    placed_resources split = held_on(gpu_set::first(2), split_slice{2_MiB});
    split.pieces.memory[0] = 2;
    EXPECT_EQ(on.restore(split, true).error(), refusal::invalid);
    placed_resources nowhere = whole;
    nowhere.node = node_id{1};
    EXPECT_EQ(on.restore(nowhere, true).error(), refusal::no_such_node);
}

TEST(cluster_placements, are_listed_by_node_and_gpu_in_order) {
    cluster on = two_gpus();
    const placement first = on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{1_GiB}});
    const placement second = on.take(node_id{0}, gpu_set::first(2), {.gpus = 2, .share = slice{1_GiB}});
    const placement third = on.take(node_id{0}, {}, {.cpu = 1_cores});
    EXPECT_EQ(on.placements_on(node_id{0}), (std::vector{first, second, third}));
    EXPECT_EQ(on.placements_on(node_id{0}, 0), std::vector{second});
    EXPECT_EQ(on.placements_on(node_id{0}, 1), (std::vector{first, second}));
    EXPECT_EQ(on.placements(), (std::vector{first, second, third}));
}
