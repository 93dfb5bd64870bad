// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/learned_mix.hpp>

#include <gpupack/policy/mig_options.hpp>
#include <gpupack/search/indexed.hpp>

#include "support/for_all.hpp"
#include "support/one_gpu.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace gpupack;

namespace {

request cores(int n) {
    return {.cpu = milli_cpu{1000 * n}};
}

double part_of(const task_mix& mix, const request& request) {
    for (const task_mix::entry& each : mix.entries())
        if (each.request == request) return static_cast<double>(each.count) / static_cast<double>(mix.total());
    return 0;
}

} // namespace

TEST(learned_mix, counts_what_came) {
    learned_mix learned{1000};
    for (int i = 0; i < 300; ++i) learned.observe(cores(i % 3 == 0 ? 1 : 2));
    EXPECT_EQ(learned.arrivals(), 300);
    EXPECT_NEAR(part_of(learned.mix(), cores(1)), 1.0 / 3, 1e-9);
    EXPECT_NEAR(part_of(learned.mix(), cores(2)), 2.0 / 3, 1e-9);
}

TEST(learned_mix, follows_a_workload_that_changes_and_forgets_the_old_one) {
    learned_mix learned{100};
    for (int i = 0; i < 1000; ++i) learned.observe(cores(1));
    for (int i = 0; i < 300; ++i) learned.observe(cores(2));
    EXPECT_NEAR(part_of(learned.mix(), cores(1)), 1.0 / 8, 0.02); // three half-lives later
    for (int i = 0; i < 2000; ++i) learned.observe(cores(2));
    EXPECT_EQ(learned.mix().entries().size(), 1U);
}

TEST(learned_mix, never_weighs_more_than_policies_take) {
    learned_mix learned{1'000'000};
    for (int i = 0; i < 40'000; ++i) learned.observe(cores(i % 7));
    EXPECT_LE(learned.mix().total(), 1 << 20);
    EXPECT_NEAR(part_of(learned.mix(), cores(3)), 1.0 / 7, 1e-3);
}

TEST(learned_mix, is_near_the_exponentially_weighted_count) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        learned_mix learned{50};
        std::vector<int> came;
        for (int i = 0; i < 400; ++i) {
            came.push_back(static_cast<int>(random.below(4)));
            learned.observe(cores(came.back()));
        }
        for (int shape = 0; shape < 4; ++shape) {
            double weight = 0;
            double all = 0;
            for (int age = 0; age < 400; ++age) {
                const double w = std::pow(0.5, age / 50); // halved together, every 50 arrivals
                all += w;
                if (came[static_cast<std::size_t>(399 - age)] == shape) weight += w;
            }
            RC_ASSERT(std::abs(part_of(learned.mix(), cores(shape)) - weight / all) < 0.02);
        }
    });
}

TEST(learned_mix, guides_a_policy_that_is_renewed) {
    // As long as only 1g comes, a 1g at 6 costs nothing that is wanted more than one elsewhere; once 4g comes, the
    // options of the 4g count.
    learned_mix learned{100};
    scheduler by{a100s(2), policy::mig_options{task_mix{}}, search::indexed{}};
    const request small = one_of(by.cluster(), "1g.5gb");
    const request large = one_of(by.cluster(), "4g.20gb");
    ASSERT_TRUE(by.place(small));
    for (int i = 0; i < 50; ++i) learned.observe(large);
    by.set_policy(policy::mig_options{learned.mix()});
    const auto placed = by.place(small);
    ASSERT_TRUE(placed);
    scheduler fresh{by.cluster(), policy::mig_options{learned.mix()}, search::scan{}};
    const auto again = by.place(small);
    const auto same = fresh.place(small);
    EXPECT_EQ(again->node, same->node);
    EXPECT_EQ(again->gpus, same->gpus);
    EXPECT_EQ(again->slots, same->slots);
}

TEST(learned_mix_death, needs_a_half_life) {
    EXPECT_DEATH(learned_mix{0}, "a half-life of 1 arrival or more");
}
