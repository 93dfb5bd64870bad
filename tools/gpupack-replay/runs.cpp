// SPDX-License-Identifier: Apache-2.0
#include "runs.hpp"

#include "policies.hpp"
#include "policy_inputs.hpp"
#include "seed_draw.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/mix_learner.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/replay/wait_measures.hpp>
#include <gpupack/workload/poisson.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace replay_program {
namespace {

namespace replay = gpupack::replay;
namespace workload = gpupack::workload;
using gpupack::cluster;
using gpupack::input_error;
using gpupack::task_mix;

/// Called with each request that arrives: learns the mix, and now and then renews the policy by it.
class policy_renewer {
  public:
    policy_renewer(const options& chosen, const inputs& input, const run_record& record, bool tasks_leave,
                   gpupack::any_scheduler& scheduler)
        : record_{record}, tasks_leave_{tasks_leave}, scheduler_{scheduler}, learner_{chosen.learn} {
        if (input.history) learner_.begin_with(*input.history);
    }

    void operator()(const gpupack::request& arrived) {
        if (!learner_.observe(arrived)) return;
        gpupack::dialect::preset_inputs inputs = preset_inputs_of(learner_.mix(), record_.seed, scheduler_.cluster());
        inputs.tasks_leave = tasks_leave_;
        scheduler_.set_policy(make_policy(record_.engine, record_.policy, inputs).value());
    }

  private:
    const run_record& record_;
    bool tasks_leave_;
    gpupack::any_scheduler& scheduler_;
    replay::mix_learner learner_;
};

/// The compute in use on every GPU of every node.
std::vector<node_use> use_of(const cluster& cluster) {
    std::vector<node_use> all;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const gpupack::node_view node = cluster.node_at(n);
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

/// What policies take to be expected: the workload's own tasks, those of a history, or where they learn without one,
/// nothing yet.
task_mix known_mix(const options& chosen, const inputs& input, const task_mix& own) {
    if (!input.history) return chosen.learn == 0 ? own : task_mix{};
    task_mix mix;
    for (const gpupack::request& request : *input.history) mix.add(request);
    return halved_to_fit(std::move(mix));
}

/// The same by how long tasks stay, where that was recorded and is known beforehand.
task_mix known_mix_in_use(const options& chosen, const inputs& input) {
    const bool known = chosen.come_and_go && chosen.stays == workload::stay_law::recorded;
    if (!known || input.history || chosen.learn > 0) return {};
    return halved_to_fit(workload::mix_in_use(input.workload, {.stays = chosen.stays, .stay_cap = chosen.stay_cap}));
}

/// Whether any task leaves again.
bool do_tasks_leave(const seed_draw& drawn) {
    return std::any_of(drawn.arrivals.begin(), drawn.arrivals.end(),
                       [](const workload::arrival& each) { return each.duration.has_value(); });
}

/// What a run is told before it starts.
run_record new_record(const options& chosen, const inputs& input, const std::string& policy, const seed_draw& drawn,
                      const cluster& cluster) {
    run_record record;
    record.workload = input.workload.name;
    record.policy = policy;
    record.seed = drawn.seed;
    record.engine = chosen.engine;
    record.load = input.arrivals ? 0.0 : static_cast<double>(chosen.load) / 1000.0;
    record.nodes = cluster.size();
    record.gpus = cluster.gpu_count();
    record.compute = cluster.compute().count();
    record.tasks = drawn.arrivals.size();
    record.bound = drawn.bound;
    record.bound_curve = drawn.bound_curve;
    return record;
}

/// What is told where tasks come and go.
churn_record churn_of(const options& chosen, const inputs& input, const replay::result& result, const cluster& cluster,
                      const seed_draw& drawn) {
    const auto& tasks = input.workload.tasks;
    churn_record churn;
    churn.counts = replay::count_classes(cluster, tasks, result, chosen.warm_up * workload::mean_duration);
    churn.unit = input.workload.unit;
    churn.bound_size_percent = drawn.bound_size_percent;
    churn.bound_allocated_percent = drawn.bound_allocated_percent;
    churn.accepted_size_percent = churn.counts.accepted_size_percent(tasks);
    if (chosen.synthetic)
        for (const workload::task& task : tasks) churn.names.push_back(task.name);
    if (chosen.waiting && result.placed > 0)
        churn.mean_wait = static_cast<double>(replay::waits_of(result).total) /
                          static_cast<double>(workload::mean_duration) / static_cast<double>(result.placed);
    if (cluster.domains().size() > 1) {
        churn.levels = cluster.domains().levels();
        churn.levels.emplace_back("node");
    }
    return churn;
}

/// All runs of one program.
class all_runs {
  public:
    all_runs(const options& chosen, const inputs& input, const progress_listener& progress)
        : chosen_{chosen}, from_{input}, progress_{progress}, own_{halved_to_fit(input.workload.mix())},
          expected_{known_mix(chosen, input, own_)}, in_use_{known_mix_in_use(chosen, input)},
          measured_{own_.typical(gpupack::policy::fgd_typical_percent)}, typical_{replay::typical_requests(
                                                                             own_,
                                                                             gpupack::policy::fgd_typical_percent)} {}

    /// Runs one policy over what a seed has drawn.
    [[nodiscard]] gpupack::expected<run_record, input_error> run(const std::string& policy,
                                                                 const seed_draw& drawn) const {
        auto cluster = from_.workload.build(drawn.node_order);
        if (!cluster) return gpupack::unexpected<input_error>{cluster.error()};
        gpupack::dialect::preset_inputs inputs = preset_inputs_of(expected_, drawn.seed, *cluster);
        inputs.in_use = in_use_;
        inputs.tasks_leave = do_tasks_leave(drawn);
        const auto made = make_policy(chosen_.engine, policy, inputs);
        if (!made) return gpupack::unexpected<input_error>{made.error()};
        run_record record = new_record(chosen_, from_, policy, drawn, *cluster);
        progress_(record, 0);
        gpupack::any_scheduler scheduler{*std::move(cluster), *made};
        record.result = replay::run(scheduler, from_.workload.tasks, drawn.arrivals,
                                    replay_options(record, inputs.tasks_leave, scheduler));
        if (chosen_.engine == "cuda") warn_of_cuda_problem();
        fill_in(record, scheduler.cluster(), drawn);
        return record;
    }

  private:
    [[nodiscard]] replay::options replay_options(const run_record& record, bool tasks_leave,
                                                 gpupack::any_scheduler& scheduler) const {
        replay::options options{.expected = measured_.view()};
        options.queue = chosen_.queue;
        options.queue.seed = record.seed;
        options.quotas = from_.quotas;
        if (chosen_.learn > 0) options.arrived = policy_renewer{chosen_, from_, record, tasks_leave, scheduler};
        options.progress = [&record, this](std::size_t done) {
            progress_(record, static_cast<double>(done) / static_cast<double>(record.tasks));
        };
        if (chosen_.come_and_go) {
            options.expected = {};
            options.measure_from = chosen_.warm_up * workload::mean_duration;
            if (chosen_.waiting) options.no_fit = replay::no_fit_rule::wait;
        } else if (chosen_.timeline) {
            options.no_fit = replay::no_fit_rule::wait;
            options.samples = replay::sampling::by_time;
            options.samples_nodes = !chosen_.report.empty() && record.seed == chosen_.first_seed;
        } else {
            options.samples = replay::sampling::by_arrivals;
        }
        return options;
    }

    /// Tells how long tasks waited.
    void note_waits(run_record& record, const replay::result& result) const {
        record.waits = replay::waits_of(result);
        record.measured_waits = replay::measure_waits(from_.workload.tasks, result);
    }

    /// Tells in the record what came of the run.
    void fill_in(run_record& record, const cluster& end, const seed_draw& drawn) const {
        replay::result& result = record.result;
        record.decisions = result.decisions();
        record.placed = result.placed;
        if (chosen_.come_and_go) {
            record.churn = churn_of(chosen_, from_, result, end, drawn);
            if (chosen_.waiting)
                record.measured_waits =
                    replay::measure_waits(from_.workload.tasks, result, chosen_.warm_up * workload::mean_duration);
            record.sizes = replay::count_sizes(from_.workload.tasks, result, chosen_.warm_up * workload::mean_duration);
            record.tasks = static_cast<std::size_t>(record.churn->counts.all_arrived());
            record.placed = static_cast<std::size_t>(record.churn->counts.all_placed());
        } else {
            record.sizes = replay::count_sizes(from_.workload.tasks, result);
            if (chosen_.timeline)
                note_waits(record, result);
            else
                record.idle = replay::idle_causes_of(end, typical_);
        }
        record.failed = record.tasks - record.placed;
        if (chosen_.decisions.empty()) result.outcomes = {};
        if (record.seed == chosen_.first_seed) record.end = use_of(end);
    }

    const options& chosen_;
    const inputs& from_;
    const progress_listener& progress_;
    task_mix own_;
    task_mix expected_;
    task_mix in_use_; // empty where stays are not known
    gpupack::policy::fragmentation_table measured_;
    std::vector<gpupack::request> typical_; // by which idle compute is measured
};

} // namespace

gpupack::expected<std::vector<run_record>, input_error> run_all(const options& chosen, const inputs& input,
                                                                const progress_listener& progress,
                                                                const std::function<bool()>& is_interrupted) {
    if (chosen.engine == "cuda")
        if (const auto problem = why_not_cuda(chosen.policies))
            return gpupack::bad_input("--engine", chosen.engine, *problem);
    std::vector<seed_draw> draws;
    for (std::uint64_t seed = chosen.first_seed; seed <= chosen.last_seed; ++seed) {
        if (!draws.empty() && is_interrupted()) break;
        auto drawn = draw(chosen, input, seed);
        if (!drawn) return gpupack::unexpected<input_error>{drawn.error()};
        draws.push_back(*std::move(drawn));
    }
    const all_runs runs{chosen, input, progress};
    std::vector<run_record> records;
    for (const std::string& policy : chosen.policies)
        for (const seed_draw& drawn : draws) {
            if (!records.empty() && is_interrupted()) return records;
            auto record = runs.run(policy, drawn);
            if (!record) return gpupack::unexpected<input_error>{record.error()};
            records.push_back(*std::move(record));
        }
    return records;
}

} // namespace replay_program
