// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/partition_table.hpp>

#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(partition_table, finds_free_slots_lowest_start_first) {
    constexpr partition_table table = mig::make_table(models::a100_40gb.mig); // at compile time
    static_assert(table.profile_count == 7 && table.slot_count == 25 && table.units == 8);
    const int three = 4; // 3g.20gb
    EXPECT_EQ(table.profiles[three].name.view(), "3g.20gb");
    EXPECT_EQ(table.slots[table.first_free(three, 0)].start, 0);
    EXPECT_EQ(table.slots[table.first_free(three, 0b1)].start, 4);
    EXPECT_EQ(table.first_free(three, 0b10001), -1);
    EXPECT_EQ(table.open_profiles(0), table.open_when_idle);
    EXPECT_EQ(table.open_profiles(0xff), 0);
}

TEST(partition_table, knows_its_own_among_the_profiles_of_a_cluster) {
    partition_table table = mig::make_table(models::a30.mig);
    table.first_id = 7;
    EXPECT_EQ(table.among(profile_set::from_bits(1U << 8 | 1U << 3 | 1U << 12)), 0b10U);
}

TEST(partition_table, a_lock_keeps_all_instances_of_a_kind) {
    partition_table table{.lock = 0b1100, .profile_count = 2, .slot_count = 2};
    table.slots[0].taken = 0b0101;
    table.slots[1].taken = 0b1010;
    EXPECT_TRUE(table.is_free(1, 0));
    EXPECT_FALSE(table.is_free(1, 0b0101)); // disjoint, but of another kind
    EXPECT_TRUE(table.is_free(1, 0b1001));
}
