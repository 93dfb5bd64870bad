// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/write_history.hpp>

#include <gpupack/io/read_history.hpp>
#include <gpupack/io/read_history_nodes.hpp>

#include <gtest/gtest.h>

using namespace gpupack::io;

TEST(write_history, jobs_read_back_to_the_same) {
    const std::vector<history_job> jobs{
        {.name = "a,\"b\"",
         .tenant = "t",
         .members = 2,
         .cpu = 1000,
         .memory = 5,
         .gpus = 8,
         .gpu_milli = 1000,
         .models = "A100|V100M16",
         .arrival = 3,
         .start = 4,
         .end = 9,
         .limit = 60,
         .priority = -1},
        {.name = "c", .gpus = 1, .gpu_milli = 250, .arrival = 3, .end = 9},
        {.name = "d", .gpus = 2, .gpu_milli = 300, .gpu_memory = 4096, .arrival = 3, .end = 9},
        {.name = "e", .gpus = 1, .gpu_memory_percent = 50, .arrival = 3, .end = 9},
        {.name = "f", .gpus = 1, .gpu_milli = 1000, .mig_profile = "1g.5gb", .arrival = 3, .end = 9}};
    const auto read = parse_history("h", write_history_tasks(jobs));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->layout, "openb");
    EXPECT_EQ(read->records, jobs);
}

TEST(write_history, nodes_read_back_to_the_same) {
    const std::vector<history_node> nodes{{"a b", 1, 2, 3, "A100"}, {"c", 0, 0, 0, ""}};
    const auto read = parse_history_nodes("n", write_history_nodes(nodes));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->records, nodes);
}
