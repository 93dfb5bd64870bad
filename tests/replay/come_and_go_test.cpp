// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/come_and_go.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/workload/synthetic.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace gpupack;

TEST(come_and_go, stays_are_exponential) {
    random_stream random{3};
    constexpr int draws = 100'000;
    double sum = 0;
    double squares = 0;
    int beyond = 0;
    for (int i = 0; i < draws; ++i) {
        const auto stay = static_cast<double>(replay::detail::draw_exponential(random, replay::mean_stay)) /
                          static_cast<double>(replay::mean_stay);
        sum += stay;
        squares += stay * stay;
        beyond += stay > 2 ? 1 : 0;
    }
    EXPECT_NEAR(sum / draws, 1.0, 0.015);
    EXPECT_NEAR(squares / draws, 2.0, 0.06);
    EXPECT_NEAR(double(beyond) / draws, std::exp(-2.0), 0.005);
}

TEST(come_and_go, as_much_comes_as_the_load_says) {
    for (const std::string& name : workload::synthetic_names()) {
        const auto of = workload::make_synthetic(name).value();
        const bool jobs = name.starts_with("training-");
        double offered = 0;
        for (const replay::visit& each : replay::draw_visits(of, 5, 900, 200))
            offered += static_cast<double>(of.kinds[each.kind].size) * static_cast<double>(each.stays);
        EXPECT_NEAR(offered / (200.0 * replay::mean_stay) / static_cast<double>(of.capacity), 0.9,
                    jobs ? 0.12 : 0.03)
            << name; // a few jobs are half a cluster large
    }
}

TEST(come_and_go, an_empty_load_brings_nobody) {
    const auto of = workload::make_synthetic("vgpu-t4").value();
    EXPECT_TRUE(replay::draw_visits(of, 5, 0, 200).empty());
    scheduler by{of.on, policy::first_fit{}};
    const auto told = replay::run_visits(by, of, {});
    EXPECT_EQ(told.accepted_percent(), 0.0);
    EXPECT_EQ(told.decisions, 0U);
}

TEST(come_and_go, all_engines_accept_alike_and_no_more_than_the_bound) {
    const auto of = workload::make_synthetic("mixed").value();
    const auto visits = replay::draw_visits(of, 7, 1200, 40);
    const policy::mig_options policy{of.mix()};
    scheduler scanning{of.on, policy};
    scheduler indexing{of.on, policy, search::indexed{}};
    const auto one = replay::run_visits(scanning, of, visits);
    const auto other = replay::run_visits(indexing, of, visits);
    EXPECT_EQ(one.placed, other.placed);
    EXPECT_EQ(one.mean_active_gpus, other.mean_active_gpus);
    EXPECT_LE(one.accepted_size_percent(of), one.bound_percent + 1);
    EXPECT_LE(one.mean_active_gpus, 100.0);
    EXPECT_GT(one.mean_active_gpus, 80.0);
    EXPECT_LT(one.accepted_size_percent(of), one.accepted_percent()); // large ones are refused first
}

TEST(come_and_go, our_own_policy_accepts_most_on_the_mig_workloads) {
    double ours = 0;
    double others[4] = {};
    for (const char* name : {"mig-uniform", "mig-small", "mig-large", "mig-bimodal"}) {
        const auto of = workload::make_synthetic(name).value();
        const auto visits = replay::draw_visits(of, 1, 1000, 60);
        const auto accepted = [&](const auto& policy) {
            scheduler by{of.on, policy};
            return replay::run_visits(by, of, visits).accepted_size_percent(of);
        };
        ours += accepted(policy::mig_scarcity{of.mix()});
        others[0] += accepted(policy::first_fit{});
        others[1] += accepted(dialect::hami_mig{});
        others[2] += accepted(policy::mig_fragmentation{});
        others[3] += accepted(policy::mig_options{of.mix()});
    }
    for (const double other : others) EXPECT_GT(ours, other);
}

TEST(come_and_go, places_alike_on_every_compiler) {
    const auto of = workload::make_synthetic("mig-uniform").value();
    const auto visits = replay::draw_visits(of, 1, 1000, 30);
    const auto placed = [&](const auto& policy) {
        scheduler by{of.on, policy};
        return replay::run_visits(by, of, visits).placed;
    };
    using counts = std::vector<std::int64_t>;
    EXPECT_EQ(placed(policy::first_fit{}), (counts{775, 878, 821, 720, 603}));
    EXPECT_EQ(placed(dialect::hami_mig{}), (counts{775, 876, 812, 811, 625}));
    EXPECT_EQ(placed(policy::mig_fragmentation{}), (counts{775, 875, 812, 822, 635}));
    EXPECT_EQ(placed(policy::mig_options{of.mix()}), (counts{775, 872, 808, 819, 639}));
    EXPECT_EQ(placed(policy::mig_scarcity{of.mix()}), (counts{775, 876, 809, 819, 652}));
}
