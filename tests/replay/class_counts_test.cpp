// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/class_counts.hpp>

#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/replay/capacity_bound.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/poisson.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// A replay of a synthetic workload, and its decisions by task class once the cluster is full.
struct churn {
    replay::result result;
    replay::class_counts counts;
};

template <class Policy, class Engine = search::scan>
churn replay_under(const workload::workload& workload, const std::vector<workload::arrival>& arrivals,
                   const Policy& policy, const Engine& engine = {}) {
    scheduler by{workload.build().value(), policy, engine};
    auto result = replay::run(by, workload.tasks, arrivals, {.measure_from = workload::warm_up});
    auto counts = replay::count_classes(by.cluster(), workload.tasks, result, workload::warm_up);
    return {std::move(result), std::move(counts)};
}

} // namespace

TEST(class_counts, without_arrivals_has_nothing_to_tell) {
    const auto of = workload::make_synthetic("vgpu-t4").value();
    const auto told = replay_under(of, {}, policy::first_fit{});
    EXPECT_EQ(told.counts.accepted_percent(), 0.0);
    EXPECT_EQ(told.result.decisions(), 0U);
    EXPECT_EQ(told.result.mean_active_gpus, 0.0);
}

TEST(class_counts, all_engines_accept_alike_and_no_more_than_the_bound) {
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

TEST(class_counts, our_own_policy_accepts_most_on_the_mig_workloads) {
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

TEST(class_counts, places_alike_on_every_compiler) {
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

TEST(class_counts, leave_out_what_arrived_before) {
    const std::vector<workload::task> tasks{{.name = "a", .request = {.gpus = 1}, .size = 3},
                                            {.name = "b", .request = {.gpus = 1}, .size = 1}};
    replay::result result;
    result.outcomes = {
        {0, true, {}, gpu_set::of(0), 1, 1}, {1, true, {}, gpu_set::of(0), 2, 5}, {0, false, {}, {}, 3, 3}};
    const cluster cluster = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {4, models::t4}}).build().value();
    const replay::class_counts all = replay::count_classes(cluster, tasks, result);
    EXPECT_EQ(all.arrived, (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(all.placed, (std::vector<std::int64_t>{1, 1}));
    EXPECT_DOUBLE_EQ(all.accepted_size_percent(tasks), 100.0 * 4 / 7);
    const replay::class_counts late = replay::count_classes(cluster, tasks, result, 2);
    EXPECT_EQ(late.all_arrived(), 2);
    EXPECT_EQ(late.all_placed(), 1);
    EXPECT_DOUBLE_EQ(late.accepted_percent(), 50.0);
}
