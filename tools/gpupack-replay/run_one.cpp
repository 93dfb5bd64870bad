// SPDX-License-Identifier: Apache-2.0
#include "run_one.hpp"

#include "policies.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/replay/mix_learner.hpp>
#include <gpupack/topology/gpu_model.hpp>

#include <functional>
#include <string>
#include <utility>

namespace replay_program {
namespace {

/// Called with each request that arrives: learns the mix, and now and then renews the policy by it.
class policy_renewer {
  public:
    policy_renewer(const run_plan& plan, gpupack::any_scheduler& scheduler)
        : plan_{plan}, scheduler_{scheduler}, learner_{plan.chosen.learn} {
        if (plan.from.history) learner_.begin_with(*plan.from.history);
    }

    void operator()(const gpupack::request& arrived) {
        if (!learner_.observe(arrived)) return;
        scheduler_.set_policy(
            make_policy(plan_.record.engine, plan_.record.policy, {learner_.mix(), plan_.record.seed}).value());
    }

  private:
    const run_plan& plan_;
    gpupack::any_scheduler& scheduler_;
    gpupack::replay::mix_learner learner_;
};

/// What is told of each request that arrives.
using arrival_listener = std::function<void(const gpupack::request&)>;

/// The compute in use on every GPU of every node.
std::vector<node_use> use_of(const gpupack::cluster& cluster) {
    std::vector<node_use> all;
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        const gpupack::node_view node = cluster[gpupack::node_id{i}];
        node_use& use = all.emplace_back();
        use.name = cluster.name(node.id());
        for (int g = 0; g < node.gpu_count(); ++g) {
            const std::string model{cluster.models()[node.gpu_model(g)].model.view()};
            if (g == 0 || node.gpu_model(g).number() != node.gpu_model(g - 1).number())
                use.model += (use.model.empty() ? "" : "+") + model;
            use.allocated.push_back(static_cast<int>((gpupack::whole_gpu.count() - node.gpu(g).compute_free) / 10));
        }
    }
    return all;
}

/// Runs the plan, telling `arrived` of each request.
void run_told(run_plan& plan, gpupack::any_scheduler& scheduler, const arrival_listener& arrived) {
    const auto progress = [&](std::size_t done) {
        plan.progress(plan.record, static_cast<double>(done) / static_cast<double>(plan.arrivals.size()));
    };
    const auto& tasks = plan.from.trace.tasks;
    run_record& record = plan.record;
    if (plan.visits != nullptr) {
        record.visits =
            visits_record{gpupack::replay::run_visits(scheduler, *plan.synthetic, *plan.visits, arrived), {}, {}, {}, 0};
    } else if (plan.chosen.timeline) {
        auto [result, timeline] =
            gpupack::replay::run_timeline(scheduler, tasks, plan.arrivals, plan.expected, progress, arrived);
        record.sizes = gpupack::replay::count_sizes(tasks, result, timeline.late);
        record.result = std::move(result);
        record.timeline = std::move(timeline);
    } else {
        record.result = gpupack::replay::run(scheduler, tasks, plan.arrivals, plan.expected, progress, arrived);
        record.sizes = gpupack::replay::count_sizes(tasks, record.result);
        record.idle = gpupack::replay::idle_causes_of(scheduler.cluster(), plan.typical);
    }
    if (record.seed == plan.chosen.first_seed) record.end = use_of(scheduler.cluster());
}

} // namespace

void run_one(run_plan plan) {
    gpupack::any_scheduler scheduler{std::move(plan.cluster), plan.policy};
    if (plan.chosen.learn == 0)
        run_told(plan, scheduler, [](const gpupack::request&) {});
    else
        run_told(plan, scheduler, policy_renewer{plan, scheduler});
    if (plan.record.engine == "cuda") warn_of_cuda_problem();
}

} // namespace replay_program
