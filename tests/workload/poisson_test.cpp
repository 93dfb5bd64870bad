// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/poisson.hpp>

#include <gpupack/workload/synthetic.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(poisson, tasks_are_drawn_by_weight) {
    const std::vector<workload::task> tasks{
        {.name = "a", .weight = 1}, {.name = "b", .weight = 0}, {.name = "c", .weight = 3}};
    random_stream random{5};
    int counts[3] = {};
    for (int i = 0; i < 40'000; ++i) ++counts[workload::draw_task(tasks, 4, random)];
    EXPECT_NEAR(counts[0], 10'000, 300);
    EXPECT_EQ(counts[1], 0);
    EXPECT_NEAR(counts[2], 30'000, 300);
}

TEST(poisson, as_much_arrives_as_the_load_says) {
    for (const std::string& name : workload::synthetic_names()) {
        const auto of = workload::make_synthetic(name).value();
        const bool jobs = name.starts_with("training-");
        double offered = 0;
        std::int64_t before = 0;
        for (const workload::arrival& each : workload::draw_poisson_arrivals(of, 5, 900, 200)) {
            offered += static_cast<double>(of.tasks[each.task].size) * static_cast<double>(each.duration.value());
            EXPECT_GE(each.time, before);
            before = each.time;
        }
        EXPECT_LT(before, 200 * workload::mean_duration);
        EXPECT_NEAR(offered / (200.0 * workload::mean_duration) / static_cast<double>(of.capacity), 0.9,
                    jobs ? 0.12 : 0.03)
            << name; // a few jobs are half a cluster large
    }
}

TEST(poisson, no_load_brings_nothing) {
    const auto of = workload::make_synthetic("vgpu-t4").value();
    EXPECT_TRUE(workload::draw_poisson_arrivals(of, 5, 0, 200).empty());
}
