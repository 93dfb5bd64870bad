// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/stopwatch.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

using namespace gpupack;

TEST(stopwatch, counts_between_start_and_pause_only) {
    using namespace std::chrono_literals;
    replay::stopwatch watch;
    EXPECT_EQ(watch.seconds(), 0.0);
    watch.start();
    std::this_thread::sleep_for(2ms);
    watch.pause();
    const double first = watch.seconds();
    EXPECT_GE(first, 0.002);
    std::this_thread::sleep_for(2ms);
    EXPECT_EQ(watch.seconds(), first);
    watch.start();
    std::this_thread::sleep_for(1ms);
    watch.pause();
    EXPECT_GE(watch.seconds(), first + 0.001);
}
