// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What a column of a history means.
enum class column_role : std::uint8_t {
    name,
    user,
    tenant,
    state,
    gpus,
    gpu_milli,
    gpu_memory,
    gpu_memory_percent,
    mig_profile,
    members,
    cpu,
    memory,
    models,
    submit,
    interval,
    start,
    end,
    duration,
    limit,
    priority,
    task_name,
    count
};

/// The number of roles.
inline constexpr auto column_roles = static_cast<std::size_t>(column_role::count);

/// How a layout counts what it records.
struct history_layout {
    std::string_view name; ///< Of the layout.
    /// Lower-case names that a header must have for the layout to be recognised.
    std::array<std::string_view, 4> signature;
    bool per_job = false;           ///< GPUs, CPU and memory are those of all members together.
    std::int64_t cpu_milli = 1000;  ///< Milli-cores in a unit of CPU.
    std::int64_t memory_mib = 1;    ///< MiB in a unit of memory.
    std::int64_t gpu_milli = 1000;  ///< Milli-GPUs in a unit of GPUs.
    std::int64_t time_unit = 1;     ///< Seconds in a unit of time.
    bool existed_before = false;    ///< A job without a time of arrival was there when the trace began.
    bool starts_at_arrival = false; ///< A job without a start ran from its arrival.
};

/// The layouts of delimited text that are known, the more particular first.
///
/// Source: the pages that publish the traces (docs/sources.md#histories).
inline constexpr std::array<history_layout, 9> history_layouts{{
    {.name = "openb",
     .signature = {"cpu_milli", "memory_mib", "num_gpu", "gpu_milli"},
     .cpu_milli = 1,
     .starts_at_arrival = true},
    {.name = "helios-dirlab", .signature = {"u_id", "gpu_num", "interval", "run_time"}, .per_job = true},
    {.name = "acme-kalos",
     .signature = {"job_id", "gpu_num", "node_num", "mem_per_pod_gb"},
     .per_job = true,
     .memory_mib = 1024},
    {.name = "acme-seren", .signature = {"job_id", "gpu_num", "node_num", "gpu_time"}, .per_job = true},
    {.name = "helios", .signature = {"job_id", "gpu_num", "node_num", "submit_time"}, .per_job = true},
    // Its 20,151 units are the 14 days of the paper.
    {.name = "philly-chronus",
     .signature = {"job_id", "num_gpu", "submit_time", "expect_time_list"},
     .per_job = true,
     .time_unit = 60},
    {.name = "alibaba-2025",
     .signature = {"instance_sn", "cpu_request", "gpu_request", "memory_request"},
     .memory_mib = 1024,
     .existed_before = true,
     .starts_at_arrival = true},
    {.name = "alibaba-2026-spot", .signature = {"job_name", "gpu_request", "worker_num", "submit_time"}},
    {.name = "pai-2020",
     .signature = {"job_name", "inst_num", "plan_cpu", "plan_gpu"},
     .cpu_milli = 10,
     .memory_mib = 1024,
     .gpu_milli = 10},
}};

/// A table whose columns speak for themselves, in the units that people use most.
inline constexpr history_layout plain_layout{.name = "plain", .signature = {}, .per_job = true};

/// A name that a column of a role has.
struct column_name {
    column_role role;      ///< Its meaning.
    std::string_view text; ///< In lower case.
};

/// The names by which columns are known; of one role, the better first.
inline constexpr column_name column_names[]{
    {column_role::name, "job_id"},
    {column_role::name, "jobid"},
    {column_role::name, "instance_sn"},
    {column_role::name, "job_name"},
    {column_role::name, "jobname"},
    {column_role::name, "u_id"},
    {column_role::name, "name"},
    {column_role::name, "task_id"},
    {column_role::name, "id"},
    {column_role::name, "job"},
    {column_role::user, "user"},
    {column_role::user, "user_id"},
    {column_role::user, "organization"},
    {column_role::user, "username"},
    {column_role::user, "owner"},
    {column_role::user, "app_name"},
    {column_role::tenant, "vc"},
    {column_role::tenant, "tenant"},
    {column_role::tenant, "account"},
    {column_role::tenant, "virtual_cluster"},
    {column_role::tenant, "namespace"},
    {column_role::tenant, "group"},
    {column_role::tenant, "project"},
    {column_role::state, "state"},
    {column_role::state, "status"},
    {column_role::state, "new_status"},
    {column_role::state, "pod_phase"},
    {column_role::state, "job_status"},
    {column_role::gpus, "num_gpu"},
    {column_role::gpus, "gpu_num"},
    {column_role::gpus, "gpu_request"},
    {column_role::gpus, "plan_gpu"},
    {column_role::gpus, "num_gpus"},
    {column_role::gpus, "gpus"},
    {column_role::gpus, "ngpus"},
    {column_role::gpus, "gpu"},
    {column_role::gpu_milli, "gpu_milli"},
    {column_role::gpu_memory, "gpu_memory_mib"},
    {column_role::gpu_memory_percent, "gpu_memory_percent"},
    {column_role::mig_profile, "mig_profile"},
    {column_role::members, "members"},
    {column_role::members, "node_num"},
    {column_role::members, "num_nodes"},
    {column_role::members, "nnodes"},
    {column_role::members, "worker_num"},
    {column_role::members, "inst_num"},
    {column_role::members, "num_inst"},
    {column_role::members, "nodes"},
    {column_role::cpu, "cpu_milli"},
    {column_role::cpu, "cpu_num"},
    {column_role::cpu, "num_cpu"},
    {column_role::cpu, "cpu_request"},
    {column_role::cpu, "plan_cpu"},
    {column_role::cpu, "num_cpus"},
    {column_role::cpu, "cpus"},
    {column_role::cpu, "ncpus"},
    {column_role::memory, "memory_mib"},
    {column_role::memory, "mem_per_pod_gb"},
    {column_role::memory, "memory_request"},
    {column_role::memory, "plan_mem"},
    {column_role::models, "gpu_spec"},
    {column_role::models, "gpu_model"},
    {column_role::models, "gpu_type"},
    {column_role::submit, "submit_time"},
    {column_role::submit, "submitted_time"},
    {column_role::submit, "creation_time"},
    {column_role::submit, "submission_time"},
    {column_role::submit, "arrival_time"},
    {column_role::submit, "arrival"},
    {column_role::submit, "submit"},
    {column_role::submit, "timestamp"},
    {column_role::submit, "time"},
    {column_role::interval, "interval"},
    {column_role::start, "scheduled_time"},
    {column_role::start, "start_time"},
    {column_role::start, "start"},
    {column_role::end, "deletion_time"},
    {column_role::end, "end_time"},
    {column_role::end, "finish_time"},
    {column_role::end, "completion_time"},
    {column_role::end, "end"},
    {column_role::duration, "duration"},
    {column_role::duration, "run_time"},
    {column_role::duration, "runtime"},
    {column_role::limit, "time_limit"},
    {column_role::limit, "timelimit"},
    {column_role::limit, "limit"},
    {column_role::limit, "wall_time"},
    {column_role::limit, "walltime"},
    {column_role::priority, "priority"},
    {column_role::priority, "job_type"},
    {column_role::priority, "qos"},
    {column_role::task_name, "task_name"},
};

/// A name in lower-case letters.
[[nodiscard]] inline std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// The name of a column as it is compared: letters and digits in lower case, without what words are parted by and without a unit
/// of seconds, so that submit_time, "Submit Time", submitTime and submit_time(s) are one.
[[nodiscard]] inline std::string plain_name(std::string_view text) {
    const std::size_t unit = text.find_first_of("([");
    if (unit != std::string_view::npos && unit > 0) {
        const std::string_view word = text.substr(unit + 1, text.find_first_of(")]", unit) - unit - 1);
        if (word == "s" || word == "sec" || word == "secs" || word == "seconds") text = text.substr(0, unit);
    }
    std::string plain;
    for (const char c : lower_case(text))
        if (std::string_view{"_ -.\t"}.find(c) == std::string_view::npos) plain += c;
    return plain;
}

/// The column of a header that has a name; the width of the header where none has.
template <class Text> [[nodiscard]] std::size_t find_column(const std::vector<Text>& header, std::string_view name) {
    const std::string plain = plain_name(name);
    const auto found =
        std::find_if(header.begin(), header.end(), [&](const Text& each) { return plain_name(each) == plain; });
    return static_cast<std::size_t>(found - header.begin());
}

/// Where the columns of a header are, by role.
class column_map {
  public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1); ///< No such column.

    /// @param header  names of the columns, in lower case
    explicit column_map(const std::vector<std::string>& header) {
        used_.resize(header.size());
        places_.fill(none);
        for (const column_name& each : column_names) {
            std::size_t& place = places_[static_cast<std::size_t>(each.role)];
            if (place != none) continue;
            const std::size_t column = find_column(header, each.text);
            if (column == header.size() || used_[column]) continue;
            place = column;
            used_[column] = true;
        }
    }

    /// The column of a role, or none.
    [[nodiscard]] std::size_t operator[](column_role role) const noexcept {
        return places_[static_cast<std::size_t>(role)];
    }
    /// Whether a column has a role.
    [[nodiscard]] bool is_used(std::size_t column) const noexcept { return used_[column]; }

  private:
    std::array<std::size_t, column_roles> places_{};
    std::vector<bool> used_;
};

/// The layout of a header of lower-case names: a known one, the plain one where arrivals and GPUs are there, or none.
[[nodiscard]] inline const history_layout* find_layout(const std::vector<std::string>& header) {
    for (const history_layout& each : history_layouts)
        if (std::all_of(each.signature.begin(), each.signature.end(),
                        [&](std::string_view name) { return find_column(header, name) < header.size(); }))
            return &each;
    const column_map columns{header};
    const auto has = [&](column_role role) { return columns[role] != column_map::none; };
    const bool is_timed =
        (has(column_role::submit) || has(column_role::start)) && (has(column_role::duration) || has(column_role::end));
    return is_timed && has(column_role::gpus) ? &plain_layout : nullptr;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
