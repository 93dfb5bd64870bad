// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/link_view.hpp>

#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

using namespace gpupack;

// A flat copy whose tables are copied along answers alike, also when the original is gone.
TEST(link_view, answers_alike_as_a_copy_with_its_tables) {
    const node_topology of = *machines::dgx_1_v100().topology;
    std::deque<std::vector<std::int32_t>> tables;
    link_view copy;
    std::int32_t best_pairs = 0;
    std::int32_t score = 0;
    {
        const link_table table{of};
        best_pairs = table.packed(2, gpu_set::first(8));
        score = table.score(gpu_set::first(4));
        copy = table;
        copy.for_each_table([&](const std::int32_t*& pointer, std::size_t count) {
            if (pointer == nullptr) return;
            tables.emplace_back(pointer, pointer + count);
            pointer = tables.back().data();
        });
    }
    EXPECT_EQ(tables.size(), 8U); // the sums of all sets, and the packings of 2 to 8 GPUs
    EXPECT_EQ(copy.packed(2, gpu_set::first(8)), best_pairs);
    EXPECT_EQ(copy.score(gpu_set::first(4)), score);
    EXPECT_EQ(copy.gpus(), 8);
}
