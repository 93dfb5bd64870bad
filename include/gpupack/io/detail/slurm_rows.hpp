// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/detail/history_state.hpp>
#include <gpupack/io/detail/slurm_text.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/time_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Whether a text is a job id of Slurm: 123, 123_4, 123_[5-9%2], 123+0, with or without a step behind a point.
[[nodiscard]] inline bool is_slurm_job(std::string_view text) noexcept {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    return digits > 0 && (digits == text.size() || text[digits] == '_' || text[digits] == '+' || text[digits] == '.');
}

/// The column of the job ids in rows without a header, of those in which each row has what could be one: the first with an array or a
/// step, else the first in which they grow from row to row, else the first. Beyond the last column where there is none.
[[nodiscard]] inline std::size_t slurm_job_column(const std::vector<delimited_text::row>& rows) {
    const std::size_t width = rows.front().fields.size();
    std::size_t first = width;
    std::size_t growing = width;
    for (std::size_t c = 0; c < width; ++c) {
        bool is_job = true;
        bool has_parts = false;
        bool grows = rows.size() > 1;
        std::int64_t before = -1;
        for (const delimited_text::row& row : rows) {
            is_job = is_job && c < row.fields.size() && is_slurm_job(row.fields[c]);
            if (!is_job) break;
            const auto number = parse_whole(row.fields[c]);
            has_parts = has_parts || !number;
            grows = grows && number && *number > before;
            before = number.value_or(before);
        }
        if (!is_job) continue;
        if (has_parts) return c;
        first = std::min(first, c);
        if (grows) growing = std::min(growing, c);
    }
    return growing < width ? growing : first;
}

/// Names of the columns of `sacct` without a header, found by what they hold.
///
/// The first job id is the job, before whole numbers; of the times, in the order of sacct's default formats, the last is the end,
/// the one before it the start, the first the submission; of the lists of resources, the last is what was allocated.
[[nodiscard]] inline std::vector<std::string> guess_slurm_columns(const std::vector<delimited_text::row>& rows) {
    // What XDMoD asks sacct for: many sites keep their history so. Without qos: its older versions.
    static constexpr std::array<std::string_view, 26> xdmod{
        "jobid", "jobidraw", "cluster",  "partition", "qos",       "account",   "group",    "gid",    "user",
        "uid",   "submit",   "eligible", "start",     "end",       "elapsed",   "exitcode", "state",  "nnodes",
        "ncpus", "reqcpus",  "reqmem",   "reqtres",   "alloctres", "timelimit", "nodelist", "jobname"};
    if (rows.empty()) return {};
    const std::size_t width = rows.front().fields.size();
    const auto holds = [&](std::size_t column, const auto& test) {
        bool any = false;
        for (const delimited_text::row& row : rows) {
            if (column >= row.fields.size() || is_missing(row.fields[column])) continue;
            if (!test(row.fields[column])) return false;
            any = true;
        }
        return any;
    };
    const auto is_state = [](std::string_view text) { return state_of(text) != job_state::unknown; };
    if (width == 26 && holds(16, is_state)) return {xdmod.begin(), xdmod.end()};
    if (width == 25 && holds(15, is_state)) {
        std::vector<std::string> names{xdmod.begin(), xdmod.end()};
        names.erase(names.begin() + 4);
        return names;
    }
    std::vector<std::string> names(width);
    std::vector<std::size_t> times;
    std::vector<std::size_t> resources;
    const auto never = [&](std::size_t column) { // End where all run, Start where none does
        return std::all_of(rows.begin(), rows.end(), [&](const delimited_text::row& row) {
            return column < row.fields.size() && (row.fields[column] == "Unknown" || row.fields[column] == "None");
        });
    };
    if (const std::size_t job = slurm_job_column(rows); job < width) names[job] = "jobid";
    for (std::size_t c = 0; c < width; ++c) {
        if (!names[c].empty()) continue;
        if (holds(c, is_state))
            names[c] = "state";
        else if (never(c) || holds(c, [](std::string_view text) {
                     return text.find('T') != std::string_view::npos && detail::parse_date(text).has_value();
                 }))
            times.push_back(c);
        else if (holds(c, [](std::string_view text) {
                     return text.find("cpu=") != std::string_view::npos && parse_tres(text).has_value();
                 }))
            resources.push_back(c);
    }
    if (times.size() >= 2) {
        names[times.back()] = "end";
        names[times[times.size() - 2]] = "start";
        if (times.size() > 2) names[times.front()] = "submit";
    }
    if (!resources.empty()) names[resources.back()] = "alloctres";
    return names;
}

/// Reads the rows of `sacct --parsable2`.
class slurm_row_reader {
  public:
    /// @param file    named in errors
    /// @param header  names of the columns, in lower case
    slurm_row_reader(const std::string& file, const std::vector<std::string>& header) : file_{file}, header_{header} {}

    /// The column without which nothing can be read; empty where all are there.
    [[nodiscard]] std::string_view missing_column() const noexcept {
        if (find("jobid") == none && find("jobidraw") == none) return "JobID";
        if (find("submit") == none && find("start") == none && find("eligible") == none) return "Submit";
        if (find("end") == none && find("elapsedraw") == none && find("elapsed") == none) return "End";
        if (find("alloctres") == none && find("reqtres") == none && find("allocgres") == none &&
            find("reqgres") == none)
            return "AllocTRES";
        return "";
    }

    /// Adds the job of a row, or counts why it is none.
    [[nodiscard]] expected<void, input_error> read(const delimited_text::row& row, history_collector& collector) {
        row_ = &row;
        error_.reset();
        const std::string_view id = text(text("jobid").empty() ? "jobidraw" : "jobid");
        if (id.find('.') != std::string_view::npos) {
            collector.history().leave_out("a step of a job", row.line);
            return {};
        }
        recorded_job recorded;
        recorded.line = row.line;
        recorded.job.name = id;
        recorded.job.user = text("user");
        recorded.job.tenant = text("account");
        recorded.state = state_of(text("state"));
        read_times(recorded);
        const bool rounded = read_amounts(recorded.job);
        if (shares_gpu_ && recorded.job.gpus == 0)
            collector.history().assume("gres/shard or gres/mps, a share of a GPU: read as no GPU", row.line);
        if (const auto priority = parse_whole(text("priority"))) recorded.job.priority = *priority;
        if (error_) return unexpected<input_error>{*error_};
        if (rounded)
            collector.history().assume("GPUs, CPUs or memory do not part evenly over its nodes: rounded up on each",
                                       row.line);
        collector.add(std::move(recorded));
        return {};
    }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    [[nodiscard]] std::size_t find(std::string_view name) const noexcept {
        const auto found = std::find(header_.begin(), header_.end(), name);
        return found == header_.end() ? none : static_cast<std::size_t>(found - header_.begin());
    }
    [[nodiscard]] std::string_view text(std::string_view name) const noexcept {
        const std::size_t column = find(name);
        if (column == none || is_missing(row_->fields[column])) return {};
        return row_->fields[column];
    }
    void fail(std::string_view name, std::string expected) {
        if (!error_)
            error_ = input_error{file_, row_->line, std::string{name}, std::string{text(name)}, std::move(expected)};
    }

    std::optional<std::int64_t> instant(std::string_view name) {
        if (text(name).empty()) return std::nullopt;
        const auto time = parse_instant(text(name));
        if (!time) fail(name, "a time such as 2026-01-31T12:00:00, Unknown or None");
        return time;
    }

    void read_times(recorded_job& recorded) {
        recorded.submit = instant("submit");
        if (!recorded.submit) recorded.submit = instant("eligible");
        recorded.job.start = instant("start");
        recorded.job.end = instant("end");
        const std::string_view elapsed = text("elapsedraw").empty() ? text("elapsed") : text("elapsedraw");
        const bool has_begun = recorded.job.start || find("start") == none;
        if (!recorded.job.end && has_begun && recorded.state != job_state::running)
            recorded.duration = parse_span(elapsed);
        recorded.job.limit = parse_span(text("timelimit"));
        const auto minutes = parse_whole(text("timelimitraw"));
        if (minutes && *minutes < history_collector::latest / 60) recorded.job.limit = *minutes * 60;
        if (recorded.job.limit && *recorded.job.limit <= 0) recorded.job.limit.reset();
        // A job that was cancelled before it started has an end, and a start that is the same or is missing.
        if (recorded.state == job_state::cancelled && recorded.job.start == recorded.job.end &&
            text("alloctres").empty() && text("nodelist").empty())
            recorded.job.start.reset();
        if (recorded.state == job_state::cancelled && text("nodelist") == "None assigned") recorded.job.start.reset();
    }

    /// Amounts of each member; returns whether they were rounded up.
    bool read_amounts(history_job& job) {
        slurm_resources resources;
        for (const std::string_view name : {"alloctres", "reqtres"}) {
            if (text(name).empty()) continue;
            auto parsed = parse_tres(text(name));
            if (!parsed) {
                fail(name, "resources such as cpu=12,gres/gpu=2,mem=31000M,node=1");
                return false;
            }
            resources = *std::move(parsed);
            break;
        }
        shares_gpu_ = resources.shares_gpu;
        const std::int64_t members = std::max<std::int64_t>(1, member_count(resources));
        const std::int64_t cpus = resources.cpus.value_or(
            count_of("alloccpus").value_or(count_of("ncpus").value_or(count_of("reqcpus").value_or(0))));
        if (resources.gpus == 0) add_old_gpus(resources, members);
        job.cpu = std::min<std::int64_t>(cpus, 1'000'000'000) * 1000;
        job.memory = resources.memory ? *resources.memory : old_memory(members, cpus);
        job.models = resources.model;
        job.mig_profile = resources.mig_profile;
        const bool uneven = part_over_members(job, resources.gpus, members, 1);
        return uneven;
    }

    [[nodiscard]] std::int64_t member_count(const slurm_resources& resources) const {
        if (resources.nodes) return *resources.nodes;
        for (const std::string_view name : {"nnodes", "allocnodes"})
            if (const auto count = count_of(name)) return *count;
        const auto hosts = expand_hosts(text("nodelist"));
        return hosts ? static_cast<std::int64_t>(hosts->size()) : 1;
    }

    [[nodiscard]] std::optional<std::int64_t> count_of(std::string_view name) const noexcept {
        return parse_slurm_count(text(name));
    }

    /// GPUs where resources were not yet trackable: those of each node.
    void add_old_gpus(slurm_resources& resources, std::int64_t members) {
        for (const std::string_view name : {"allocgres", "reqgres"}) {
            if (text(name).empty()) continue;
            const auto parsed = parse_gres(text(name));
            if (!parsed) return fail(name, "generic resources such as gpu:a100:4");
            resources.gpus = parsed->gpus * members;
            resources.model = parsed->model;
            resources.mig_profile = parsed->mig_profile;
            return;
        }
    }

    std::int64_t old_memory(std::int64_t members, std::int64_t cpus) {
        if (text("reqmem").empty()) return 0;
        const auto memory = parse_slurm_memory(text("reqmem"));
        if (!memory) {
            fail("reqmem", "memory such as 62.50G, 4000Mn or 3000Mc");
            return 0;
        }
        const std::int64_t times = memory->each == 'n' ? members : memory->each == 'c' ? cpus : 1;
        return memory->mebibytes * std::max<std::int64_t>(times, 1);
    }

    const std::string& file_;
    const std::vector<std::string>& header_;
    const delimited_text::row* row_ = nullptr;
    std::optional<input_error> error_;
    bool shares_gpu_ = false; // of the row
};

} // namespace gpupack::inline GPUPACK_ABI::io::detail
