// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/label_terms.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(label_terms, want_all_of_some_labels_and_none_of_others) {
    label_set fast;
    fast.insert(3);
    label_set spot;
    spot.insert(5);
    EXPECT_TRUE(label_terms{}.empty());
    EXPECT_TRUE(label_terms{}.choose(spot));
    const label_terms terms{.all_of = fast, .none_of = spot};
    EXPECT_FALSE(terms.empty());
    EXPECT_TRUE(terms.choose(fast));
    EXPECT_FALSE(terms.choose(spot));
    EXPECT_FALSE(terms.choose(fast | spot));
    EXPECT_FALSE(terms == label_terms{});
}
