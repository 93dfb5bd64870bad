// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/ledger.hpp>

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

namespace {

placed_resources entry_on(std::uint32_t node, gpu_set gpus = {}, const share& share = exclusive{}) {
    placed_resources held;
    held.node = node_id{node};
    held.gpus = gpus;
    held.share = share;
    return held;
}

} // namespace

TEST(ledger, strikes_what_it_entered_and_reuses_the_slot_under_a_new_generation) {
    ledger book;
    book.resize_nodes(4);
    placed_resources held = entry_on(3, gpu_set::of(2));
    held.cpu = 1_cores;
    const placement first = book.enter(held, 7);
    EXPECT_EQ(book.live(), 1U);
    EXPECT_TRUE(book.holds(first));
    EXPECT_EQ(book.resources_of(first), held);
    book.strike(first);
    EXPECT_EQ(book.live(), 0U);
    EXPECT_FALSE(book.holds(first));

    const placement second = book.enter(held, 7);
    EXPECT_EQ(second.slot, first.slot);
    EXPECT_FALSE(book.holds(first));
    EXPECT_TRUE(book.holds(second));
}

TEST(ledger, knows_all_that_a_placement_holds) {
    ledger book;
    book.resize_nodes(2);
    placed_resources slices = entry_on(1, gpu_set::first(2), slice{5_GiB, 400_milli});
    slices.memory = 3_GiB;
    slices.rounding_overhead = 100_milli;
    slices.leaving = true;
    placed_resources percent = entry_on(0, gpu_set::of(1), slice{.compute = 10_milli, .memory_percent = 33});
    placed_resources split = entry_on(1, gpu_set::first(2), split_slice{5_MiB, 20_milli, 2_MiB});
    split.pieces.memory[0] = 3;
    split.pieces.memory[1] = 2;
    placed_resources mig = entry_on(0, gpu_set::of(0), instance{.way = sharing::mig});
    mig.slots = slot_list{4};
    for (const placed_resources& each : {slices, percent, split, mig})
        EXPECT_EQ(book.resources_of(book.enter(each, 1)), each);
}

TEST(ledger, lists_the_placements_of_a_node_oldest_first) {
    ledger book;
    book.resize_nodes(2);
    std::vector<placement> made;
    for (int i = 0; i < 6; ++i)
        made.push_back(book.enter(entry_on(static_cast<std::uint32_t>(i % 2), gpu_set::of(i)), 1));
    const auto gpus_on = [&](std::uint32_t node) {
        std::vector<int> gpus;
        book.for_each_on(node, [&](const placement& each) { gpus.push_back(each.gpus.lowest()); });
        return gpus;
    };
    EXPECT_EQ(gpus_on(0), (std::vector{0, 2, 4}));
    book.strike(made[0]);
    EXPECT_EQ(gpus_on(0), (std::vector{2, 4}));
    (void)book.enter(entry_on(0, gpu_set::of(9)), 1);
    EXPECT_EQ(gpus_on(0), (std::vector{2, 4, 9}));
    book.strike(made[4]);
    EXPECT_EQ(gpus_on(0), (std::vector{2, 9}));
    EXPECT_EQ(gpus_on(1), (std::vector{1, 3, 5}));
    EXPECT_EQ(gpus_on(17), std::vector<int>{});
}

TEST(ledger, holds_a_receipt_of_its_owner_alone_and_unchanged) {
    ledger book;
    book.resize_nodes(1);
    const placement receipt = book.enter(entry_on(0), 5);
    EXPECT_FALSE(book.holds({.slot = 99}));
    placement other = receipt;
    other.node = node_id{1};
    EXPECT_FALSE(book.holds(other));
    other = receipt;
    other.cluster = 6;
    EXPECT_FALSE(book.holds(other));
}
