// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/model_table.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

model_table t4_and_p100() {
    model_table table;
    EXPECT_EQ(table.add(models::t4).value().number(), 0);
    EXPECT_EQ(table.add(models::p100).value().number(), 1);
    return table;
}

} // namespace

TEST(model_table, numbers_models_in_order_and_finds_them) {
    model_table table = t4_and_p100();
    EXPECT_EQ(table.add(models::t4).value().number(), 0); // known: not added again
    EXPECT_EQ(table.size(), 2U);
    EXPECT_EQ(table.find("P100")->number(), 1);
    EXPECT_FALSE(table.find("P10"));
    EXPECT_EQ(table[model_id{1}], models::p100);
    EXPECT_EQ(table.names(), "T4, P100");
}

TEST(model_table, selects_by_list) {
    const model_table table = t4_and_p100();
    EXPECT_EQ(table.select("P100|T4").value().bits(), 3U);
    EXPECT_EQ(table.select("P100|P100").value().bits(), 2U);
    EXPECT_TRUE(table.select("").value().is_any());
    for (const char* bad : {"P10", "P100|", "|T4", "p100", "T4,P100"}) EXPECT_FALSE(table.select(bad)) << bad;
    EXPECT_EQ(table.select("T4|B42").error().message(), "model: \"B42\": expected one of T4, P100");
}

TEST(model_table, refuses_what_is_no_model) {
    model_table table = t4_and_p100();
    EXPECT_FALSE(table.add({"", 1_GiB}));
    EXPECT_FALSE(table.add({"X", mebibytes{-1}}));
    EXPECT_EQ(table.add({"T4", 1_GiB}).error().expected, "the same memory and profiles as when it was first named");
    for (int i = 2; i < max_models; ++i) ASSERT_TRUE(table.add({name{std::to_string(i)}, 1_GiB}));
    EXPECT_EQ(table.add({"one more", 1_GiB}).error().expected, "at most 64 models in one cluster");
}
