// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/gpu_sizes.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using namespace gpupack::literals;

namespace {

workload::workload of_t4s_and_a100s() {
    workload::workload made{.name = "w"};
    (void)made.models.add(models::t4).value();
    (void)made.models.add(models::a100_80gb).value();
    made.nodes.push_back({{}, {64_cores, 256_GiB, {4, models::t4}}});
    made.nodes.push_back({{}, {64_cores, 256_GiB, {4, models::a100_80gb}}});
    return made;
}

} // namespace

TEST(gpu_sizes, are_the_larger_part_of_memory_and_compute) {
    EXPECT_EQ(workload::gpu_part({.gpus = 0}, 1000), 0);
    EXPECT_EQ(workload::gpu_part({.gpus = 4}, 1000), 4000);
    EXPECT_EQ(workload::gpu_part({.gpus = 1, .share = slice{.memory = mebibytes{250}}}, 1000), 250);
    EXPECT_EQ(workload::gpu_part({.gpus = 2, .share = slice{.memory = mebibytes{250}, .compute = 400_milli}}, 1000),
              800);
    EXPECT_EQ(workload::gpu_part({.gpus = 1, .share = slice{.compute = 100_milli, .memory_percent = 30}}, 0), 300);
    EXPECT_EQ(workload::gpu_part({.gpus = 2, .share = split_slice{.memory = mebibytes{1500}}}, 1000), 1500);
    EXPECT_EQ(workload::gpu_part({.gpus = 1, .share = slice{.memory = mebibytes{9000}}}, 1000), 1000);
}

TEST(gpu_sizes, take_memory_as_a_part_of_the_gpus_that_a_task_accepts) {
    workload::workload source = of_t4s_and_a100s();
    const auto t4 = source.models.select("T4").value();
    source.tasks.push_back(
        {.name = "a", .request = {.gpus = 1, .share = slice{.memory = models::t4.memory}, .models = t4}});
    source.tasks.push_back({.name = "b", .request = {.gpus = 2}, .members = 3});
    workload::fill_gpu_sizes(source);
    EXPECT_EQ(source.capacity, 8000);
    EXPECT_EQ(source.tasks[0].size, 1000);
    EXPECT_EQ(source.tasks[1].size, 6000);
    EXPECT_EQ(workload::mean_gpu_memory(source), (models::t4.memory.count() + models::a100_80gb.memory.count()) / 2);
    source.tasks[0].size = 7;
    workload::fill_gpu_sizes(source); // it has sizes
    EXPECT_EQ(source.tasks[0].size, 7);
}
