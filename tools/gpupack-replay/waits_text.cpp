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

nlohmann::ordered_json json_of(const wait_summary& each) {
    return {
        {"started", each.tasks},        {"mean_wait_seconds", each.mean},       {"median_wait_seconds", each.median},
        {"p95_wait_seconds", each.p95}, {"longest_wait_seconds", each.longest}, {"mean_slowdown", each.slowdown}};
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
    return text;
}

void add_waits(nlohmann::ordered_json& object, const run_record& run) {
    const replay::result& result = run.result;
    object["whole_mean_allocated_gpu_percent"] = result.whole_allocated_percent;
    object["makespan_seconds"] = result.last_time;
    object["used_gpu_hours"] = result.used_gpu_time / 3600;
    object["idle_gpu_hours"] = {{"while_tasks_wait", result.idle_while_waiting / 3600},
                                {"without_demand", result.idle_without_demand / 3600}};
    object["evictions"] = result.evictions;
    object["reclaims"] = result.reclaims;
    object["moves"] = result.moves;
    object["lost_gpu_hours"] = result.lost_gpu_time / 3600;
    object["waits"] = json_of(run.measured_waits.all);
    auto& sizes = object["waits_by_size"] = nlohmann::ordered_json::array();
    for (std::size_t size = 0; size < replay::size_class_count; ++size) {
        sizes.push_back(json_of(run.measured_waits.by_size[size]));
        sizes.back()["name"] = replay::size_class_names[size];
    }
    auto& priorities = object["waits_by_priority"] = nlohmann::ordered_json::array();
    for (const auto& [priority, waits] : run.measured_waits.by_priority) {
        priorities.push_back(json_of(waits));
        priorities.back()["priority"] = priority;
    }
    if (run.measured_waits.by_tenant.size() < 2) return;
    auto& tenants = object["waits_by_tenant"] = nlohmann::ordered_json::array();
    for (const auto& [tenant, waits] : run.measured_waits.by_tenant) {
        tenants.push_back(json_of(waits));
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
