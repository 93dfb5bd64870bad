// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/shared_memory.hpp>

#include <gpupack/fit/fits_empty.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(shared_memory, workloads_weigh_tasks_by_the_larger_part_of_what_they_ask_for) {
    for (const std::string& name : workload::shared_memory_names()) {
        const auto made = workload::make_shared_memory(name);
        ASSERT_TRUE(made) << name;
        EXPECT_EQ(made->capacity, 100'000) << name;
        EXPECT_EQ(made->unit, "milli-GPUs");
        const cluster empty = made->build().value();
        for (const workload::task& task : made->tasks) {
            EXPECT_TRUE(fit::fits_empty(empty, task.request)) << name << " " << task.name;
            EXPECT_GE(task.size, task.request.total_compute().count()) << name << " " << task.name;
            EXPECT_LE(task.size, 1000 * task.request.gpus) << name << " " << task.name;
        }
    }
    EXPECT_FALSE(workload::make_shared_memory("none"));
}
