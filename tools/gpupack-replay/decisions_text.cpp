// SPDX-License-Identifier: Apache-2.0
#include "decisions_text.hpp"

#include <gpupack/core/gpu_set.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/workload/poisson.hpp>

#include <fmt/format.h>

#include <cstdint>

namespace replay_program {
namespace {

std::string gpus_text(gpupack::gpu_set gpus) {
    std::string text;
    gpupack::for_each_gpu(gpus, [&](int i) { text += (text.empty() ? "" : "-") + std::to_string(i); });
    return text;
}

} // namespace

std::string decisions_text(const inputs& from, const run_record& run) {
    const bool timed = run.waits.has_value() || run.churn.has_value();
    const auto time_text = [&](std::int64_t time) {
        if (!run.churn) return fmt::format("{}", time);
        return fmt::format("{:.6f}", static_cast<double>(time) / static_cast<double>(gpupack::workload::mean_duration));
    };
    std::string text = timed ? "task,node,gpus,arrived,started,ended,wait,evictions\n" : "task,node,gpus\n";
    for (const gpupack::replay::outcome& each : run.result.outcomes) {
        text += gpupack::io::delimited_field(from.workload.tasks[each.task].name) + ",";
        if (each.placed) text += gpupack::io::delimited_field(run.end[each.node.number()].name);
        text += "," + gpus_text(each.gpus);
        if (timed) {
            text += "," + time_text(each.arrived) + ",";
            if (each.placed) text += time_text(each.decided);
            text += each.ended == gpupack::replay::outcome::not_ended ? "," : "," + time_text(each.ended);
            text += "," + (each.placed ? time_text(each.decided - each.arrived) : std::string{});
            text += fmt::format(",{}", each.evictions);
        }
        text += "\n";
    }
    return text;
}

} // namespace replay_program
