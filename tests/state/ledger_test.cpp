// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/ledger.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(ledger, strikes_what_it_entered_and_reuses_the_slot_under_a_new_generation) {
    ledger book;
    const placement first = book.enter({.cpu = 1_cores}, node_id{3}, gpu_set::of(2), {});
    EXPECT_EQ(book.live(), 1U);
    EXPECT_TRUE(book.holds(first));
    const ledger::entry struck = book.strike(first);
    EXPECT_EQ(struck.cpu, 1000);
    EXPECT_EQ(struck.memory, 0);
    EXPECT_EQ(struck.share_taken(), share{exclusive{}});
    EXPECT_EQ(struck.node, node_id{3});
    EXPECT_EQ(book.live(), 0U);
    EXPECT_FALSE(book.holds(first));

    const placement second = book.enter({.cpu = 1_cores}, node_id{3}, gpu_set::of(2), {});
    EXPECT_EQ(second.slot, first.slot);
    EXPECT_FALSE(book.holds(first));
    EXPECT_TRUE(book.holds(second));
}

TEST(ledger, knows_what_a_slice_took) {
    ledger book;
    const request request{.cpu = 2_cores, .memory = 3_GiB, .gpus = 2, .share = slice{5_GiB, 400_milli}};
    const ledger::entry struck = book.strike(book.enter(request, node_id{1}, gpu_set::first(2), {}));
    EXPECT_EQ(struck.memory, 3 * 1024);
    EXPECT_EQ(struck.gpus, gpu_set::first(2));
    EXPECT_EQ(struck.share_taken(), request.share);
    static_assert(sizeof(ledger::entry) == 44);
}

TEST(ledger_death, a_receipt_counts_once_and_unchanged) {
    ledger book;
    placement receipt = book.enter({}, node_id{}, {}, {});
    EXPECT_FALSE(book.holds({.slot = 99}));
    receipt.node = node_id{1};
    EXPECT_DEATH(book.strike(receipt), "live in this cluster");
}
