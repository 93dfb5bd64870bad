// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/features.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(dra_features, are_those_of_release_1_37_by_default) {
    EXPECT_EQ(dra::features_of(dra::kubernetes_release::v1_37), dra::dra_features{});
    EXPECT_EQ(dra::quirks_of(dra::kubernetes_release::v1_37), dra::dra_quirks{});
    EXPECT_FALSE(dra::features_of(dra::kubernetes_release::v1_36).fractional_range);
    EXPECT_FALSE(dra::features_of(dra::kubernetes_release::v1_34).partitionable);
    EXPECT_TRUE(dra::quirks_of(dra::kubernetes_release::v1_36).leaked_counters);
}

TEST(dra_features, are_read_by_name) {
    const auto [features, unknown] = dra::features_named("taints,list_attributes");
    EXPECT_TRUE(unknown.empty());
    EXPECT_TRUE(features.taints);
    EXPECT_TRUE(features.list_attributes);
    EXPECT_FALSE(features.partitionable);
    EXPECT_EQ(dra::features_named("taints,scoring").second, "scoring");
    EXPECT_FALSE(dra::features_named("").first.taints);
}
