// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/cell_grant.hpp>

#include <gtest/gtest.h>

#include <sstream>

using namespace gpupack;

TEST(no_cell, says_why_in_one_line) {
    using why = plan::no_cell::reason;
    EXPECT_EQ((plan::no_cell{why::promise_used_up, "vision", "quad"}.message()),
              "vision: no quad is left of what it was promised");
    EXPECT_EQ((plan::no_cell{why::bad_gpus, "vision", "quad"}.message()),
              "vision: bad GPUs leave no quad of what it was promised");
    std::ostringstream out;
    out << plan::no_cell{why::none_idle, "", "node"};
    EXPECT_EQ(out.str(), "no node is idle");
}

TEST(cell_grant, is_a_value) {
    const plan::cell_grant one{{1, 2}, {0, 3}, {{4, 5}}};
    plan::cell_grant other = one;
    EXPECT_EQ(one, other);
    other.evicted.clear();
    EXPECT_NE(one, other);
    EXPECT_EQ(plan::cell_lease{}, (plan::cell_lease{0, 0}));
}
