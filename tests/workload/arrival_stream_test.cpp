// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/arrival_stream.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
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

// As the library's shuffle does it, whatever type numbers the tasks.
TEST(arrival_stream, draws_the_order_of_a_shuffle) {
    for_all([](std::uint64_t seed, unsigned char count) {
        std::vector<std::size_t> wanted(count);
        for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = i;
        random_stream random = workload::stream_of(seed, workload::seed_stream::task_order);
        shuffle(wanted, random);
        std::vector<std::uint16_t> drawn(count);
        workload::draw_order(drawn.data(), count, seed, workload::seed_stream::task_order);
        RC_ASSERT(std::equal(drawn.begin(), drawn.end(), wanted.begin(), wanted.end()));
    });
}

TEST(arrival_stream, gives_each_stream_of_a_seed_numbers_of_its_own) {
    std::set<std::uint64_t> first;
    for (const workload::seed_stream each : 
         {workload::seed_stream::node_order, workload::seed_stream::task_order, workload::seed_stream::resampling,
          workload::seed_stream::poisson})
        first.insert(workload::stream_of(42, each).next());
    EXPECT_EQ(first.size(), 4U);
}

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
