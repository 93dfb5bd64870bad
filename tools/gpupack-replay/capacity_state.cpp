// SPDX-License-Identifier: Apache-2.0
#include "capacity_state.hpp"

#include "policies.hpp"
#include "policy_inputs.hpp"

#include <gpupack/core/gpu_set_text.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/io/read_trace.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/io/time_text.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace replay_program {
namespace {

using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;
namespace io = gpupack::io;
namespace workload = gpupack::workload;

/// Whether the task of a row runs at the time that is asked for.
expected<bool, input_error> runs(const io::text_table::row& row, const capacity_options& chosen) {
    if (row.fields[1].empty()) return false; // it was never placed
    if (!chosen.time) return true;
    for (const auto& [column, name] : {std::pair{3, "started"}, {4, "ended"}}) {
        const std::string_view text = row.fields[static_cast<std::size_t>(column)];
        const auto time = text.empty() ? std::nullopt : io::parse_instant(text);
        const bool is_started = column == 3;
        if (!time && (is_started || !text.empty()))
            return unexpected<input_error>{
                input_error{chosen.running, row.line, name, std::string{text}, "a time in seconds, for --at"}};
        if (time && (is_started ? *time > *chosen.time : *time <= *chosen.time)) return false;
    }
    return true;
}

/// "0-2-5" of --decisions, or "0,2-5", as a set.
expected<gpupack::gpu_set, input_error> read_gpus(std::string_view text) {
    if (text.empty()) return gpupack::gpu_set{};
    std::string list{text};
    if (list.find(',') == std::string::npos) std::replace(list.begin(), list.end(), '-', ',');
    return gpupack::gpu_set_from_text(list);
}

/// Places the tasks of a file where it says.
class running_file {
  public:
    running_file(const capacity_options& chosen, const inputs& input, gpupack::any_scheduler& scheduler)
        : chosen_{chosen}, input_{input}, scheduler_{scheduler} {
        for (std::size_t t = 0; t < input.workload.tasks.size(); ++t) tasks_.emplace(input.workload.tasks[t].name, t);
    }

    [[nodiscard]] expected<void, input_error> read() {
        const auto text = io::read_file(chosen_.running);
        if (!text) return unexpected<input_error>{text.error()};
        const auto table =
            io::text_table::parse(chosen_.running, *text, {"task", "node", "gpus"}, {"started", "ended"});
        if (!table) return unexpected<input_error>{table.error()};
        for (const io::text_table::row& row : table->rows()) {
            const auto is_there = runs(row, chosen_);
            if (!is_there) return unexpected<input_error>{is_there.error()};
            if (!*is_there) continue;
            if (auto done = place(row); !done) return done;
        }
        return {};
    }

  private:
    [[nodiscard]] auto wrong(const io::text_table::row& row, std::size_t field, std::string expected) const {
        static constexpr const char* names[] = {"task", "node", "gpus"};
        return unexpected<input_error>{
            input_error{chosen_.running, row.line, names[field], std::string{row.fields[field]}, std::move(expected)}};
    }

    [[nodiscard]] expected<void, input_error> place(const io::text_table::row& row) {
        const auto found = tasks_.find(row.fields[0]);
        if (found == tasks_.end()) return wrong(row, 0, "the name of a task of --pods");
        const workload::task& task = input_.workload.tasks[found->second];
        if (task.members > 1)
            return wrong(row, 0, "a task of one node; the file does not say where the members of a gang are");
        const auto node = scheduler_.cluster().find_node(row.fields[1]);
        if (!node) return wrong(row, 1, "the name of a node of --nodes");
        const auto gpus = read_gpus(row.fields[2]);
        if (!gpus) return wrong(row, 2, "numbers of GPUs, as 0-1");
        const gpupack::node_view view = scheduler_.cluster()[*node];
        const gpupack::request placed = gpupack::effective_request(scheduler_.rule(), task.request);
        gpupack::slot_list slots{};
        if (placed.gpus > 0 && gpupack::in_profiles(placed.share.way()) &&
            gpupack::fit::fitting_gpus(view, placed).contains(*gpus))
            slots = gpupack::fit::lowest_slots(view, *gpus, placed.share);
        if (!gpupack::fit::fits_on(view, placed, *gpus, slots))
            return wrong(row, 2, "GPUs that have room for the task");
        (void)scheduler_.take({*node, *gpus, slots}, task.request);
        return {};
    }

    const capacity_options& chosen_;
    const inputs& input_;
    gpupack::any_scheduler& scheduler_;
    std::unordered_map<std::string_view, std::size_t> tasks_;
};

} // namespace

expected<inputs, input_error> read_capacity_inputs(const capacity_options& chosen) {
    if (chosen.nodes.empty()) return read_inputs(chosen.replay);
    auto cluster = io::read_cluster(chosen.nodes, chosen.replay.ignored_columns);
    if (!cluster) return unexpected<input_error>{cluster.error()};
    cluster->name = chosen.nodes.substr(chosen.nodes.find_last_of('/') + 1);
    return inputs{.workload = *std::move(cluster)};
}

expected<gpupack::any_scheduler, input_error> make_state(const capacity_options& chosen, const inputs& input) {
    auto cluster = input.workload.build();
    if (!cluster) return unexpected<input_error>{cluster.error()};
    const auto policy =
        make_policy(chosen.replay.engine, chosen.replay.policies.front(),
                    preset_inputs_of(halved_to_fit(input.workload.mix()), chosen.replay.first_seed, *cluster));
    if (!policy) return unexpected<input_error>{policy.error()};
    gpupack::any_scheduler scheduler{*std::move(cluster), *policy};
    if (!chosen.running.empty()) {
        if (auto done = running_file{chosen, input, scheduler}.read(); !done)
            return unexpected<input_error>{done.error()};
    } else if (chosen.fills) {
        const auto arrivals = workload::draw_arrivals(input.workload, chosen.replay.first_seed, chosen.replay.load);
        (void)gpupack::replay::run(scheduler, input.workload.tasks, arrivals);
    }
    return scheduler;
}

} // namespace replay_program
