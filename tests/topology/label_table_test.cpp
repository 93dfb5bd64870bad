// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/label_table.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(label_table, numbers_labels_as_they_come) {
    label_table labels;
    EXPECT_EQ(labels.add("zone=a").value(), 0);
    EXPECT_EQ(labels.add("spot").value(), 1);
    EXPECT_EQ(labels.add("zone=a").value(), 0);
    EXPECT_EQ(labels.find("spot"), 1);
    EXPECT_FALSE(labels.find("zone"));
    EXPECT_EQ(labels.names(), "zone=a, spot");
}

TEST(label_table, refuses_what_it_cannot_hold) {
    label_table labels;
    EXPECT_EQ(labels.add("").error().message(), R"(label: "": expected a text)");
    for (int i = 0; i < max_labels; ++i) ASSERT_TRUE(labels.add("label " + std::to_string(i)));
    EXPECT_EQ(labels.add("one more").error().message(),
              R"(label: "one more": expected at most 64 labels in one cluster)");
    EXPECT_TRUE(labels.add("label 63"));
}
