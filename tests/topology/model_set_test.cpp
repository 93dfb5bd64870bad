// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/model_set.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(model_set, holds_models_by_id) {
    model_set set = model_set::of(model_id{63});
    EXPECT_TRUE(set.contains(model_id{63}));
    EXPECT_FALSE(set.contains(model_id{0}));
    set.insert(model_id{0});
    EXPECT_EQ(set.bits(), (std::uint64_t{1} << 63) + 1);
    EXPECT_TRUE((set & model_set::of(model_id{5})).empty());
    EXPECT_TRUE(model_set::any().contains(model_id{17}) && model_set::any().is_any());
    EXPECT_FALSE(set.is_any());
    EXPECT_TRUE(model_set{}.empty());
}
