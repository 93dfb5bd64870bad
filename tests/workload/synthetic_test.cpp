// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/synthetic.hpp>

#include <gpupack/fit/fits_empty.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(synthetic, every_workload_is_of_valid_tasks_that_fit_an_empty_cluster) {
    EXPECT_EQ(workload::synthetic_names().size(), 17U);
    for (const std::string& name : workload::synthetic_names()) {
        const auto made = workload::make_synthetic(name);
        ASSERT_TRUE(made) << name;
        EXPECT_EQ(made->name, name);
        const cluster empty = made->build().value();
        EXPECT_TRUE(empty.gpu_count() == 100U || name.starts_with("training-"));
        EXPECT_GT(made->capacity, 0);
        for (const workload::task& task : made->tasks) {
            EXPECT_TRUE(is_valid(task.request)) << name << " " << task.name;
            EXPECT_TRUE(fit::fits_empty(empty, task.request)) << name << " " << task.name;
            EXPECT_GT(task.weight * task.size, 0);
        }
    }
    EXPECT_EQ(workload::make_synthetic("mig").error().message().substr(0, 50),
              "workload: \"mig\": expected one of mig-uniform, mig-");
}

TEST(synthetic, mig_mixes_are_over_the_five_plain_profiles) {
    const auto made = workload::make_synthetic("mig-bimodal-h100").value();
    std::string text;
    for (const workload::task& task : made.tasks)
        text.append(task.name).append(":").append(std::to_string(task.weight)).append(" ");
    EXPECT_EQ(text, "1g.10gb:40 2g.20gb:5 3g.40gb:5 4g.40gb:10 7g.80gb:40 ");
    EXPECT_EQ(made.mix().total(), 100);
}
