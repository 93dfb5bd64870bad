// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/arrival_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

namespace {

std::vector<std::uint64_t> all_of(workload::arrival_stream<std::uint16_t> stream) {
    std::vector<std::uint64_t> tasks;
    for (std::uint64_t task = stream.next(); task != stream.end; task = stream.next()) tasks.push_back(task);
    EXPECT_EQ(stream.next(), stream.end);
    return tasks;
}

} // namespace

TEST(arrival_stream, follows_the_order_and_then_draws) {
    const std::vector<std::uint16_t> order = {2, 0, 1};
    const std::vector<std::int32_t> compute = {100, 200, 300};
    const auto tasks = all_of({order.data(), compute.data(), 3, 2000, 42});
    ASSERT_GT(tasks.size(), 6U);
    EXPECT_TRUE(std::equal(order.begin(), order.end(), tasks.begin()));
    random_stream random = workload::stream_of(42, workload::seed_stream::resampling);
    std::int64_t arrived = 600;
    for (std::size_t i = 3; i < tasks.size(); ++i) {
        EXPECT_EQ(tasks[i], random.below(3));
        arrived += compute[tasks[i]];
    }
    EXPECT_LE(arrived, 2000);
    EXPECT_GT(arrived + compute[random.below(3)], 2000);
}

TEST(arrival_stream, stops_where_the_next_task_would_pass) {
    const std::vector<std::uint16_t> order = {2, 0, 1};
    const std::vector<std::int32_t> compute = {100, 200, 300};
    EXPECT_EQ(all_of({order.data(), compute.data(), 3, 599, 42}), (std::vector<std::uint64_t>{2, 0}));
    EXPECT_TRUE(all_of({order.data(), compute.data(), 3, 299, 42}).empty());
}

TEST(arrival_stream, sends_each_task_once_without_a_bound_or_without_gpus) {
    const std::vector<std::uint16_t> order = {1, 0};
    const std::vector<std::int32_t> compute = {100, 200};
    const std::vector<std::int32_t> none = {0, 0};
    using stream = workload::arrival_stream<std::uint16_t>;
    EXPECT_EQ(all_of({order.data(), compute.data(), 2, stream::each_once, 42}), (std::vector<std::uint64_t>{1, 0}));
    EXPECT_EQ(all_of({order.data(), none.data(), 2, 1000, 42}), (std::vector<std::uint64_t>{1, 0}));
    EXPECT_TRUE(all_of({order.data(), compute.data(), 0, 1000, 42}).empty());
}
