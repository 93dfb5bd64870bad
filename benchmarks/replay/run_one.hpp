#pragma once

#include "inputs.hpp"
#include "options.hpp"
#include "run_record.hpp"
#include "runs.hpp"

#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/presets.hpp>
#include <gpupack/request/learned_mix.hpp>
#include <gpupack/scheduler.hpp>

#include <cstddef>
#include <vector>

namespace replay_program {

/// All that one run needs.
///
/// on        the cluster, with nothing placed
/// arrivals  indices of tasks
/// expected  what fragmentation is measured by
/// record    is filled in
/// visits    of a synthetic workload, instead of arrivals; else null
struct run_plan {
    gpupack::cluster on;
    const gpupack::policy::any_preset& policy;
    const options& chosen;
    const inputs& from;
    const std::vector<std::size_t>& arrivals;
    gpupack::policy::fragmentation_view expected;
    const progress_listener& progress;
    run_record& record;
    const gpupack::replay::synthetic* synthetic = nullptr;
    const std::vector<gpupack::replay::visit>* visits = nullptr;
};

/// The compute in use on every GPU of every node.
[[nodiscard]] std::vector<node_use> use_of(const gpupack::cluster& on);

/// Runs the plan with one engine; each is compiled on its own, with every preset.
void run_with_scan(run_plan plan);
void run_with_parallel(run_plan plan);
void run_with_indexed(run_plan plan);

/// Lets the plan's tasks come and go; with --learn, the policy is made anew from what was learnt every so often.
template <class Scheduler, class Policy>
gpupack::replay::visits_result run_visits_of(const run_plan& plan, Scheduler& by, const Policy&) {
    if (plan.chosen.learn == 0) return gpupack::replay::run_visits(by, *plan.synthetic, *plan.visits);
    constexpr std::int64_t renewed_every = 100; // arrivals
    gpupack::learned_mix learned{plan.chosen.learn};
    return gpupack::replay::run_visits(by, *plan.synthetic, *plan.visits, [&](const gpupack::request& arrived) {
        learned.observe(arrived);
        if (learned.arrivals() % renewed_every != 0) return;
        const auto made = gpupack::policy::make_preset(plan.record.policy, {learned.mix(), plan.record.seed});
        by.set_policy(std::get<Policy>(*made));
    });
}

/// Runs the plan with that engine and its own policy.
template <class Engine> void run_with(const Engine& engine, run_plan& plan) {
    const auto told = [&](std::size_t done) {
        plan.progress(plan.record, static_cast<double>(done) / static_cast<double>(plan.arrivals.size()));
    };
    const auto run_under = [&](const auto& policy) {
        gpupack::scheduler by{std::move(plan.on), policy, engine};
        const auto& tasks = plan.from.trace.tasks;
        if (plan.visits != nullptr) {
            plan.record.visits = visits_record{run_visits_of(plan, by, policy), {}, {}, {}, 0};
        } else if (plan.chosen.timeline) {
            auto [result, timeline] = gpupack::replay::run_timeline(by, tasks, plan.arrivals, plan.expected, told);
            plan.record.result = std::move(result);
            plan.record.timeline = std::move(timeline);
        } else {
            plan.record.result = gpupack::replay::run(by, tasks, plan.arrivals, plan.expected, told);
        }
        if (plan.record.seed == plan.chosen.first_seed) plan.record.end = use_of(by.state());
    };
    std::visit(run_under, plan.policy);
}

} // namespace replay_program
