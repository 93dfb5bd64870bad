// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/seed_stream.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using namespace gpupack;

// As the library's shuffle does it, whatever type numbers the tasks.
TEST(seed_stream, draws_the_order_of_a_shuffle) {
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

TEST(seed_stream, gives_each_stream_of_a_seed_numbers_of_its_own) {
    std::set<std::uint64_t> first;
    for (const workload::seed_stream each : {workload::seed_stream::node_order, workload::seed_stream::task_order,
                                             workload::seed_stream::resampling, workload::seed_stream::poisson})
        first.insert(workload::stream_of(42, each).next());
    EXPECT_EQ(first.size(), 4U);
}
