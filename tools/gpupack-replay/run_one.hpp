// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "options.hpp"
#include "run_record.hpp"
#include "runs.hpp"

#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/presets.hpp>
#include <gpupack/replay/mix_learner.hpp>
#include <gpupack/scheduler.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace replay_program {

/// All that one run needs.
///
/// on        the cluster, with nothing placed
/// arrivals  indices of tasks
/// expected  what fragmentation is measured by
/// typical   what idle compute is measured by
/// record    is filled in
/// visits    of a synthetic workload, instead of arrivals; else null
struct run_plan {
    gpupack::cluster on;
    const gpupack::policy::any_preset& policy;
    const options& chosen;
    const inputs& from;
    const std::vector<std::size_t>& arrivals;
    gpupack::policy::fragmentation_view expected;
    const std::vector<gpupack::request>& typical;
    const progress_listener& progress;
    run_record& record;
    const gpupack::workload::synthetic* synthetic = nullptr;
    const std::vector<gpupack::replay::visit>* visits = nullptr;
};

/// The compute in use on every GPU of every node.
[[nodiscard]] std::vector<node_use> use_of(const gpupack::cluster& on);

/// Runs the plan with one engine; each is compiled on its own, with every preset.
void run_with_scan(run_plan plan);
void run_with_parallel(run_plan plan);
void run_with_indexed(run_plan plan);
/// On a GPU; only where why_not_cuda says nothing.
void run_with_cuda(run_plan plan);

/// Why the CUDA engine cannot run these policies here, completing "expected ..."; nothing where it can.
[[nodiscard]] std::optional<std::string> why_not_cuda(const std::vector<std::string>& policies);

/// Called with each request that arrives: learns the mix, and now and then renews the policy by it.
template <class Policy, class Scheduler> class policy_renewer {
  public:
    policy_renewer(const run_plan& plan, Scheduler& by) : plan_{plan}, by_{by}, learner_{plan.chosen.learn} {
        if (plan.from.history) learner_.begin_with(*plan.from.history);
    }

    void operator()(const gpupack::request& arrived) {
        if (!learner_.observe(arrived)) return;
        const auto made = gpupack::policy::make_preset(plan_.record.policy, {learner_.mix(), plan_.record.seed});
        by_.set_policy(std::get<Policy>(*made));
    }

  private:
    const run_plan& plan_;
    Scheduler& by_;
    gpupack::replay::mix_learner learner_;
};

/// What is told of each request that arrives. Of one type, so that no replay is compiled twice.
using arrival_listener = std::function<void(const gpupack::request&)>;

/// Runs the plan, telling `arrived` of each request.
template <class Scheduler> void run_told(run_plan& plan, Scheduler& by, const arrival_listener& arrived) {
    const auto progress = [&](std::size_t done) {
        plan.progress(plan.record, static_cast<double>(done) / static_cast<double>(plan.arrivals.size()));
    };
    const auto& tasks = plan.from.trace.tasks;
    run_record& record = plan.record;
    if (plan.visits != nullptr) {
        record.visits =
            visits_record{gpupack::replay::run_visits(by, *plan.synthetic, *plan.visits, arrived), {}, {}, {}, 0};
    } else if (plan.chosen.timeline) {
        auto [result, timeline] =
            gpupack::replay::run_timeline(by, tasks, plan.arrivals, plan.expected, progress, arrived);
        record.sizes = gpupack::replay::count_sizes(tasks, result, timeline.late);
        record.result = std::move(result);
        record.timeline = std::move(timeline);
    } else {
        record.result = gpupack::replay::run(by, tasks, plan.arrivals, plan.expected, progress, arrived);
        record.sizes = gpupack::replay::count_sizes(tasks, record.result);
        record.idle = gpupack::replay::idle_causes_of(by.cluster(), plan.typical);
    }
    if (record.seed == plan.chosen.first_seed) record.end = use_of(by.cluster());
}

/// Runs the plan with that engine, under its own policy, whose type the caller has found out; with --learn, the policy
/// is made anew from what was learnt.
template <class Engine, class Policy> void run_under(const Engine& engine, run_plan& plan, const Policy& policy) {
    gpupack::scheduler by{std::move(plan.on), policy, engine};
    if (plan.chosen.learn == 0)
        run_told(plan, by, [](const gpupack::request&) {});
    else
        run_told(plan, by, policy_renewer<Policy, decltype(by)>{plan, by});
}

/// Runs the plan with that engine and its own policy.
template <class Engine> void run_with(const Engine& engine, run_plan& plan) {
    std::visit([&](const auto& policy) { run_under(engine, plan, policy); }, plan.policy);
}

} // namespace replay_program
