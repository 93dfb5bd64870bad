// SPDX-License-Identifier: Apache-2.0
// Synthetic workloads, whose tasks arrive as a Poisson process, leave again, and do not wait.
#include <gpupack/replay/capacity_bound.hpp>
#include <gpupack/replay/class_counts.hpp>
#include <gpupack/replay/run.hpp>

#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/workload/poisson.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// A replay, and its decisions by task class once the cluster is full.
struct churn {
    replay::result result;
    replay::class_counts counts;
};

template <class Policy, class Engine = search::scan>
churn replay_under(const workload::workload& of, const std::vector<workload::arrival>& arrivals, const Policy& policy,
                   const Engine& engine = {}) {
    scheduler by{of.build().value(), policy, engine};
    auto result = replay::run(by, of.tasks, arrivals, {.measure_from = workload::warm_up});
    auto counts = replay::count_classes(by.cluster(), of.tasks, result, workload::warm_up);
    return {std::move(result), std::move(counts)};
}

} // namespace

TEST(churn, without_arrivals_has_nothing_to_tell) {
    const auto of = workload::make_synthetic("vgpu-t4").value();
    const auto told = replay_under(of, {}, policy::first_fit{});
    EXPECT_EQ(told.counts.accepted_percent(), 0.0);
    EXPECT_EQ(told.result.decisions(), 0U);
    EXPECT_EQ(told.result.mean_active_gpus, 0.0);
    EXPECT_EQ(replay::capacity_bound_percent(of, {}), 100.0);
}

TEST(churn, all_engines_accept_alike_and_no_more_than_the_bound) {
    const auto of = workload::make_synthetic("mixed").value();
    const auto arrivals = workload::draw_poisson_arrivals(of, 7, 1200, 40);
    const policy::mig_options policy{of.mix()};
    const auto one = replay_under(of, arrivals, policy);
    const auto other = replay_under(of, arrivals, policy, search::indexed{});
    EXPECT_EQ(one.counts.placed, other.counts.placed);
    EXPECT_EQ(one.result.mean_active_gpus, other.result.mean_active_gpus);
    EXPECT_LE(one.counts.accepted_size_percent(of.tasks),
              replay::capacity_bound_percent(of, arrivals, workload::warm_up) + 1);
    EXPECT_LE(one.result.mean_active_gpus, 100.0);
    EXPECT_GT(one.result.mean_active_gpus, 80.0);
    EXPECT_LT(one.counts.accepted_size_percent(of.tasks), one.counts.accepted_percent()); // large ones first
}

TEST(churn, our_own_policy_accepts_most_on_the_mig_workloads) {
    double ours = 0;
    double others[4] = {};
    for (const char* name : {"mig-uniform", "mig-small", "mig-large", "mig-bimodal"}) {
        const auto of = workload::make_synthetic(name).value();
        const auto arrivals = workload::draw_poisson_arrivals(of, 1, 1000, 60);
        const auto accepted = [&](const auto& policy) {
            return replay_under(of, arrivals, policy).counts.accepted_size_percent(of.tasks);
        };
        ours += accepted(policy::mig_scarcity{of.mix()});
        others[0] += accepted(policy::first_fit{});
        others[1] += accepted(dialect::hami_mig{});
        others[2] += accepted(policy::mig_fragmentation{});
        others[3] += accepted(policy::mig_options{of.mix()});
    }
    for (const double other : others) EXPECT_GT(ours, other);
}

TEST(churn, places_alike_on_every_compiler) {
    const auto of = workload::make_synthetic("mig-uniform").value();
    const auto arrivals = workload::draw_poisson_arrivals(of, 1, 1000, 30);
    const auto placed = [&](const auto& policy) { return replay_under(of, arrivals, policy).counts.placed; };
    using counts = std::vector<std::int64_t>;
    EXPECT_EQ(placed(policy::first_fit{}), (counts{775, 878, 821, 720, 603}));
    EXPECT_EQ(placed(dialect::hami_mig{}), (counts{775, 876, 812, 811, 625}));
    EXPECT_EQ(placed(policy::mig_fragmentation{}), (counts{775, 875, 812, 822, 635}));
    EXPECT_EQ(placed(policy::mig_options{of.mix()}), (counts{775, 872, 808, 819, 639}));
    EXPECT_EQ(placed(policy::mig_scarcity{of.mix()}), (counts{775, 876, 809, 819, 652}));
}

TEST(capacity_bound, is_what_a_cluster_without_fragmentation_would_take) {
    workload::workload of{.name = "w", .tasks = {{.name = "t", .request = {.gpus = 1}, .size = 3}}, .capacity = 4};
    // Two at once from 10 to 20 are 6 for a capacity of 4; one from 20 to 30.
    const std::vector<workload::arrival> arrivals{{0, 0, 20}, {0, 10, 20}, {0, 40, 1}};
    EXPECT_DOUBLE_EQ(replay::capacity_bound_percent(of, arrivals), 100.0 * (10 * 3 + 10 * 4 + 10 * 3) / (10 * 3 + 10 * 6 + 10 * 3));
    EXPECT_DOUBLE_EQ(replay::capacity_bound_percent(of, arrivals, 20), 100.0);
}
