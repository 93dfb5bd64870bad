// SPDX-License-Identifier: Apache-2.0
#include "waits_text.hpp"

#include <gpupack/io/delimited_text.hpp>
#include <gpupack/replay/size_classes.hpp>
#include <gpupack/replay/wait_measures.hpp>
#include <gpupack/workload/poisson.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace replay_program {
namespace {

using gpupack::replay::wait_summary;
namespace replay = gpupack::replay;

/// Sums of summaries over runs.
struct wait_sum {
    double tasks = 0;
    double mean = 0;
    double median = 0;
    double p95 = 0;
    double longest = 0;
    double slowdown = 0;

    void add(const wait_summary& each) {
        tasks += static_cast<double>(each.tasks);
        mean += each.mean;
        median += static_cast<double>(each.median);
        p95 += static_cast<double>(each.p95);
        longest += static_cast<double>(each.longest);
        slowdown += each.slowdown;
    }
};

/// @param unit  of the times, in the unit of the sum
std::string line_of(std::string_view policy, std::string_view what, const wait_sum& sum, double runs, double unit) {
    const int digits = unit > 1 ? 3 : 0;
    return fmt::format("{:<25}  {:<12}  {:>9.0f}  {:>11.{}f}  {:>9.{}f}  {:>9.{}f}  {:>9.{}f}  {:>9.2f}\n", policy,
                       what, sum.tasks / runs, sum.mean / runs / unit, digits + 1, sum.median / runs / unit, digits,
                       sum.p95 / runs / unit, digits, sum.longest / runs / unit, digits, sum.slowdown / runs);
}

/// The sum of the line of a name, which is added where there is none.
wait_sum& line_named(std::vector<std::pair<std::string, wait_sum>>& lines, const std::string& name) {
    for (auto& [known, sum] : lines)
        if (known == name) return sum;
    return lines.emplace_back(name, wait_sum{}).second;
}

/// The unit of times in the JSON of a run: seconds, and hours of GPUs; mean stays where tasks come and go.
struct time_unit {
    double length;
    double gpu_length;
    const char* name;
    const char* gpu_name;
};
time_unit unit_of(const run_record& run) {
    constexpr auto stay = static_cast<double>(gpupack::workload::mean_duration);
    return run.churn ? time_unit{stay, stay, "stays", "stays"} : time_unit{1, 3600, "seconds", "hours"};
}

nlohmann::ordered_json json_of(const wait_summary& each, const time_unit& unit) {
    nlohmann::ordered_json told;
    told["started"] = each.tasks;
    const auto add = [&](const char* what, auto time) {
        auto& value = told[std::string{what} + "_wait_" + unit.name];
        if (unit.length > 1)
            value = static_cast<double>(time) / unit.length;
        else
            value = time;
    };
    add("mean", each.mean);
    add("median", each.median);
    add("p95", each.p95);
    add("longest", each.longest);
    told["mean_slowdown"] = each.slowdown;
    return told;
}

/// What the GPUs were used for, and why they were idle, a line a policy.
std::string gpu_time_text(const std::vector<run_record>& runs, bool in_stays) {
    const double unit = in_stays ? static_cast<double>(gpupack::workload::mean_duration) : 3600.0;
    std::string text = fmt::format("\n{:<25}  {:>11}  {:>16}  {:>14}  {:>9}  {:>9}  {:>9}  {:>9}\n",
                                   in_stays ? "GPU time in mean stays" : "GPU hours", "used", "idle, tasks wait",
                                   "idle, none does", "lost", "evictions", "moves", "whole %");
    for (std::size_t begin = 0; begin < runs.size();) {
        std::size_t end = begin;
        replay::result sum;
        for (; end < runs.size() && runs[end].policy == runs[begin].policy; ++end) {
            const replay::result& each = runs[end].result;
            sum.used_gpu_time += each.used_gpu_time;
            sum.idle_while_waiting += each.idle_while_waiting;
            sum.idle_without_demand += each.idle_without_demand;
            sum.lost_gpu_time += each.lost_gpu_time;
            sum.evictions += each.evictions;
            sum.moves += each.moves;
            sum.whole_allocated_percent += each.whole_allocated_percent;
        }
        const auto count = static_cast<double>(end - begin);
        text += fmt::format("{:<25}  {:>11.1f}  {:>16.1f}  {:>14.1f}  {:>9.1f}  {:>9.0f}  {:>9.0f}  {:>9.2f}\n",
                            runs[begin].policy, sum.used_gpu_time / count / unit, sum.idle_while_waiting / count / unit,
                            sum.idle_without_demand / count / unit, sum.lost_gpu_time / count / unit,
                            static_cast<double>(sum.evictions) / count, static_cast<double>(sum.moves) / count,
                            sum.whole_allocated_percent / count);
        begin = end;
    }
    return text;
}

} // namespace

std::string waits_text(const std::vector<run_record>& runs) {
    if (runs.empty()) return "";
    // Where tasks come and go, time is counted in mean stays.
    const bool in_stays = runs.front().churn.has_value();
    const double unit = in_stays ? static_cast<double>(gpupack::workload::mean_duration) : 1.0;
    std::string text = fmt::format("\n{:<25}  {:<12}  {:>9}  {:>11}  {:>9}  {:>9}  {:>9}  {:>9}\n",
                                   in_stays ? "waits in mean stays" : "waits in seconds", "size", "started", "mean",
                                   "median", "95 %", "longest", "slowdown");
    for (std::size_t begin = 0; begin < runs.size();) {
        std::size_t end = begin;
        while (end < runs.size() && runs[end].policy == runs[begin].policy) ++end;
        const auto count = static_cast<double>(end - begin);
        std::vector<std::pair<std::string, wait_sum>> lines{{"all", {}}};
        for (const std::string_view name : replay::size_class_names) lines.push_back({std::string{name}, {}});
        for (std::size_t i = begin; i < end; ++i) {
            lines[0].second.add(runs[i].measured_waits.all);
            for (std::size_t size = 0; size < replay::size_class_count; ++size)
                lines[size + 1].second.add(runs[i].measured_waits.by_size[size]);
            if (runs[i].measured_waits.by_priority.size() > 1)
                for (const auto& [priority, waits] : runs[i].measured_waits.by_priority)
                    line_named(lines, fmt::format("priority {}", priority)).add(waits);
            if (runs[i].measured_waits.by_tenant.size() > 1)
                for (const auto& [tenant, waits] : runs[i].measured_waits.by_tenant)
                    line_named(lines, "tenant " + tenant).add(waits);
        }
        for (const auto& [name, sum] : lines)
            if (sum.tasks > 0) text += line_of(name == "all" ? runs[begin].policy : "", name, sum, count, unit);
        begin = end;
    }
    return text + gpu_time_text(runs, in_stays);
}

void add_waits(nlohmann::ordered_json& object, const run_record& run) {
    const replay::result& result = run.result;
    const time_unit unit = unit_of(run);
    const auto named = [&](std::string text) { return text.append(unit.gpu_name); };
    object["whole_mean_allocated_gpu_percent"] = result.whole_allocated_percent;
    if (!run.churn) object["makespan_seconds"] = result.last_time;
    object[named("used_gpu_")] = result.used_gpu_time / unit.gpu_length;
    object[named("idle_gpu_")] = {{"while_tasks_wait", result.idle_while_waiting / unit.gpu_length},
                                  {"without_demand", result.idle_without_demand / unit.gpu_length}};
    object["evictions"] = result.evictions;
    object["reclaims"] = result.reclaims;
    object["moves"] = result.moves;
    object[named("lost_gpu_")] = result.lost_gpu_time / unit.gpu_length;
    object["waits"] = json_of(run.measured_waits.all, unit);
    auto& sizes = object["waits_by_size"] = nlohmann::ordered_json::array();
    for (std::size_t size = 0; size < replay::size_class_count; ++size) {
        sizes.push_back(json_of(run.measured_waits.by_size[size], unit));
        sizes.back()["name"] = replay::size_class_names[size];
    }
    auto& priorities = object["waits_by_priority"] = nlohmann::ordered_json::array();
    for (const auto& [priority, waits] : run.measured_waits.by_priority) {
        priorities.push_back(json_of(waits, unit));
        priorities.back()["priority"] = priority;
    }
    if (run.measured_waits.by_tenant.size() < 2) return;
    auto& tenants = object["waits_by_tenant"] = nlohmann::ordered_json::array();
    for (const auto& [tenant, waits] : run.measured_waits.by_tenant) {
        tenants.push_back(json_of(waits, unit));
        tenants.back()["tenant"] = tenant;
    }
}

std::string waits_csv(const std::vector<run_record>& runs) {
    std::string text = "workload,policy,seed,size,started,mean_wait_seconds,median_wait_seconds,p95_wait_seconds,"
                       "longest_wait_seconds,mean_slowdown\n";
    const auto add = [&](const run_record& run, std::string_view name, const wait_summary& each) {
        if (each.tasks == 0) return;
        text += fmt::format("{},{},{},{},{},{:.3f},{},{},{},{:.4f}\n", gpupack::io::delimited_field(run.workload),
                            run.policy, run.seed, name, each.tasks, each.mean, each.median, each.p95, each.longest,
                            each.slowdown);
    };
    for (const run_record& run : runs) {
        add(run, "all", run.measured_waits.all);
        for (std::size_t size = 0; size < replay::size_class_count; ++size)
            add(run, replay::size_class_names[size], run.measured_waits.by_size[size]);
        for (const auto& [priority, waits] : run.measured_waits.by_priority)
            add(run, fmt::format("priority {}", priority), waits);
        if (run.measured_waits.by_tenant.size() > 1)
            for (const auto& [tenant, waits] : run.measured_waits.by_tenant)
                add(run, gpupack::io::delimited_field("tenant " + tenant), waits);
    }
    return text;
}

} // namespace replay_program
