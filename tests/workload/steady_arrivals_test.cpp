// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/steady_arrivals.hpp>

#include <gpupack/workload/gpu_sizes.hpp>
#include <gpupack/workload/openb.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace gpupack;

namespace {

/// 4 GPUs, and tasks of 1 and 2 GPUs of which the larger ones stay ten times as long.
workload::workload small() {
    workload::workload made{.name = "w", .capacity = 400};
    made.tasks.push_back({.name = "a", .request = {.gpus = 1}, .duration = 100, .weight = 3, .size = 1});
    made.tasks.push_back({.name = "b", .request = {.gpus = 2}, .duration = 1000, .size = 2});
    return made;
}

double offered(const workload::workload& source, const std::vector<workload::arrival>& arrivals, std::int64_t length) {
    double sum = 0;
    const std::int64_t end = length * workload::mean_duration;
    for (const workload::arrival& each : arrivals)
        sum += static_cast<double>(source.tasks[each.task].size) *
               static_cast<double>(std::min(*each.duration, end - each.time));
    return sum / static_cast<double>(end) / static_cast<double>(source.capacity);
}

} // namespace

TEST(steady_arrivals, would_take_the_load_from_the_start_whatever_the_stays) {
    const workload::workload source = small();
    for (const auto law :
         {workload::stay_law::exponential, workload::stay_law::lognormal, workload::stay_law::recorded}) {
        double sum = 0;
        double first = 0; // in use at the start
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            const auto arrivals =
                workload::draw_steady_arrivals(source, seed, {.load = 900, .stays = law, .length = 50}).value();
            sum += offered(source, arrivals, 50) / 20;
            for (const workload::arrival& each : arrivals)
                if (each.time == 0) first += static_cast<double>(source.tasks[each.task].size) / 400 / 20;
        }
        EXPECT_NEAR(sum, 0.9, law == workload::stay_law::lognormal ? 0.04 : 0.02) << static_cast<int>(law);
        EXPECT_NEAR(first, 0.9, 0.04) << static_cast<int>(law);
    }
}

TEST(steady_arrivals, keep_recorded_stays_in_proportion_and_cap_them) {
    const workload::workload source = small();
    const auto stays = workload::detail::stay_ticks(source.tasks, {.stays = workload::stay_law::recorded}).value();
    EXPECT_NEAR(static_cast<double>(stays[1]) / static_cast<double>(stays[0]), 10, 0.001);
    EXPECT_NEAR(static_cast<double>(3 * stays[0] + stays[1]) / 4, workload::mean_duration, 2);
    const auto capped =
        workload::detail::stay_ticks(source.tasks, {.stays = workload::stay_law::recorded, .stay_cap = 200}).value();
    EXPECT_NEAR(static_cast<double>(capped[1]) / static_cast<double>(capped[0]), 2, 0.001);
}

TEST(steady_arrivals, say_which_task_has_no_recorded_stay) {
    workload::workload source = small();
    source.tasks[1].duration.reset();
    const auto drawn = workload::draw_steady_arrivals(source, 1, {.stays = workload::stay_law::recorded});
    ASSERT_FALSE(drawn);
    EXPECT_EQ(drawn.error().message(), "deletion_time of b: \"\": expected a time, or --stay-cap SECONDS");
    const auto capped =
        workload::draw_steady_arrivals(source, 1, {.stays = workload::stay_law::recorded, .stay_cap = 300});
    EXPECT_TRUE(capped); // it stays as long as any may
}

TEST(steady_arrivals, are_sorted_and_the_same_for_a_seed) {
    workload::workload source = workload::openb();
    workload::fill_gpu_sizes(source);
    const auto once = workload::draw_steady_arrivals(source, 7, {.length = 2}).value();
    EXPECT_EQ(once, workload::draw_steady_arrivals(source, 7, {.length = 2}).value());
    EXPECT_NE(once, workload::draw_steady_arrivals(source, 8, {.length = 2}).value());
    for (std::size_t i = 1; i < once.size(); ++i) EXPECT_LE(once[i - 1].time, once[i].time);
    EXPECT_TRUE(workload::draw_steady_arrivals(source, 7, {.load = 0}).value().empty());
}

TEST(steady_arrivals, are_in_use_by_how_long_they_stay) {
    const workload::workload source = small();
    const task_mix mix = workload::mix_in_use(source, {.stays = workload::stay_law::recorded});
    ASSERT_EQ(mix.entries().size(), 2U);
    // Three tasks of 100 s for each of 1,000 s.
    EXPECT_NEAR(static_cast<double>(mix.entries()[1].count) / static_cast<double>(mix.entries()[0].count), 10.0 / 3,
                0.2);
    EXPECT_EQ(workload::mix_in_use(source, {}).entries()[1].count * 3,
              workload::mix_in_use(source, {}).entries()[0].count);
    workload::workload unknown = small();
    unknown.tasks[0].duration.reset();
    EXPECT_TRUE(workload::mix_in_use(unknown, {.stays = workload::stay_law::recorded}).empty());
}

TEST(steady_arrivals, have_bursts_of_the_largest_tasks_beside_the_others) {
    const workload::workload source = small();
    const workload::steady_options plain{.load = 500, .length = 200};
    workload::steady_options options = plain;
    options.bursts = 3;
    const auto alone = workload::draw_steady_arrivals(source, 7, plain).value();
    const auto drawn = workload::draw_steady_arrivals(source, 7, options).value();
    EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end(),
                               [](const workload::arrival& a, const workload::arrival& b) { return a.time < b.time; }));
    std::size_t bursts = 0;
    std::size_t others = 0;
    for (std::size_t i = 0; i < drawn.size();) {
        if (others < alone.size() && drawn[i].time == alone[others].time && drawn[i].task == alone[others].task &&
            drawn[i].duration == alone[others].duration) {
            ++i;
            ++others;
            continue;
        }
        ASSERT_LE(i + workload::burst_tasks, drawn.size());
        for (std::size_t k = i; k < i + workload::burst_tasks; ++k) {
            EXPECT_EQ(drawn[k].task, 1U);
            EXPECT_EQ(drawn[k].time, drawn[i].time);
        }
        i += workload::burst_tasks;
        ++bursts;
    }
    EXPECT_EQ(others, alone.size());
    EXPECT_NEAR(static_cast<double>(bursts), 600, 75);
    options.load = 0;
    EXPECT_TRUE(workload::draw_steady_arrivals(source, 7, options).value().empty());
}
