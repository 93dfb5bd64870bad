// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/no_fit.hpp>

#include <gtest/gtest.h>

#include <sstream>

using namespace gpupack;

TEST(no_fit, counts_by_reason_and_says_it_in_one_line) {
    no_fit why{.nodes = 3};
    why.failed[static_cast<int>(fit::reason::cpu)] = 2;
    why.failed[static_cast<int>(fit::reason::closed)] = 1;
    EXPECT_EQ(why.count(fit::reason::cpu), 2U);
    std::ostringstream text;
    text << why;
    EXPECT_EQ(text.str(), "0 of 3 nodes: 1 are closed, 2 lack CPU; it would not fit an empty cluster either");
    why.ever = true;
    why.has_nearest = true;
    why.nearest = {.node = node_id{7}, .cpu = 2_cores};
    EXPECT_EQ(why.message(), "0 of 3 nodes: 1 are closed, 2 lack CPU; nearest: node 7, 2 cores short");
}
