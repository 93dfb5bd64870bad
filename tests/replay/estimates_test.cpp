// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/estimates.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;
using replay::estimate_rule;

TEST(estimates, exact_limits_and_noise) {
    workload::task task;
    const workload::arrival arrival{.duration = 1200};
    const replay::estimates exact{{.estimates = estimate_rule::exact}};
    const replay::estimates limits{{.estimates = estimate_rule::limit}};
    EXPECT_EQ(exact.of(0, task, arrival), 1200);
    EXPECT_EQ(limits.of(0, task, arrival), 1200);
    task.limit = 900;
    EXPECT_EQ(exact.of(0, task, arrival), 1200);
    EXPECT_EQ(exact.length_of(task, arrival), 1200);
    EXPECT_EQ(limits.of(0, task, arrival), 900);
    EXPECT_EQ(limits.length_of(task, arrival), 900);
    EXPECT_EQ(limits.length_of(task, {}), 900);
    EXPECT_EQ(exact.of(0, task, {}), replay::estimates::never);

    const replay::estimates noisy{{.estimates = estimate_rule::noisy, .noise = 3}};
    std::set<std::int64_t> drawn;
    for (std::size_t i = 0; i < 200; ++i) drawn.insert(noisy.of(i, task, arrival));
    EXPECT_EQ(drawn, (std::set<std::int64_t>{400, 600, 1200, 2400, 3600}));
    EXPECT_EQ(noisy.of(7, task, arrival), noisy.of(7, task, arrival));
    const replay::estimates wild{
        {.estimates = estimate_rule::noisy, .noise = std::int64_t{1} << 40}}; // more than can be drawn
    EXPECT_GE(wild.of(7, task, arrival), 0);
}
