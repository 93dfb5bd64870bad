// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/request_class_table.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

namespace {

request shape(std::int64_t cpu) {
    return {.cpu = milli_cpu{cpu}, .gpus = 1};
}

} // namespace

TEST(request_class_table, gives_each_class_a_slot_and_knows_it_again) {
    search::request_class_table table{3};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto found = table.look_up(shape(static_cast<std::int64_t>(i)));
        ASSERT_TRUE(found);
        EXPECT_TRUE(found->is_new);
        EXPECT_EQ(found->slot, i);
    }
    const auto again = table.look_up(shape(1));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->slot, 1U);
}

TEST(request_class_table, a_class_that_comes_once_pushes_none_out_and_one_that_comes_twice_the_oldest) {
    search::request_class_table table{2};
    (void)table.look_up(shape(1));
    (void)table.look_up(shape(2));
    (void)table.look_up(shape(1));
    EXPECT_FALSE(table.look_up(shape(3)));
    EXPECT_FALSE(table.look_up(shape(1))->is_new);
    EXPECT_FALSE(table.look_up(shape(2))->is_new);
    (void)table.look_up(shape(1));
    const auto second = table.look_up(shape(3));
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->is_new);
    EXPECT_EQ(second->slot, 1U); // that of shape 2, asked for longest ago
    EXPECT_FALSE(table.look_up(shape(1))->is_new);
    EXPECT_FALSE(table.look_up(shape(3))->is_new);
    EXPECT_FALSE(table.look_up(shape(2)));
}

TEST(request_class_table, finds_all_its_classes_while_others_come_and_go) {
    search::request_class_table table{5};
    for (int round = 0; round < 200; ++round) {
        const auto found = table.look_up(shape(round % 9));
        if (!found) continue;
        const auto again = table.look_up(shape(round % 9));
        ASSERT_TRUE(again);
        EXPECT_FALSE(again->is_new);
        EXPECT_EQ(again->slot, found->slot);
        EXPECT_EQ(table.find(shape(round % 9)), found->slot);
    }
}

TEST(request_class_table, is_asked_without_a_change) {
    search::request_class_table table{1};
    const search::request_class_table& asked = table;
    EXPECT_EQ(asked.find(shape(1)), std::nullopt);
    (void)table.look_up(shape(1));
    EXPECT_EQ(asked.find(shape(1)), 0U);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(asked.find(shape(2)), std::nullopt); // it gets no slot by being asked for
}
