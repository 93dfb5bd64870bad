// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/history.hpp>

#include <gtest/gtest.h>

using namespace gpupack::io;

TEST(history, counts_rows_by_reason_and_keeps_the_first_line) {
    job_history history;
    history.leave_out("a step", 3);
    history.leave_out("no end", 4);
    history.leave_out("a step", 5);
    EXPECT_EQ(history.left_out, (std::vector<history_note>{{"a step", 2, 3}, {"no end", 1, 4}}));
    EXPECT_TRUE(history.assumed.empty());
}
