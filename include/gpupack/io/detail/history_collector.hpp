// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/detail/history_state.hpp>
#include <gpupack/io/history.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What a row says of a job, before the rules for what is not recorded.
struct recorded_job {
    history_job job;                        ///< With GPUs, CPU and memory of each member.
    job_state state = job_state::unknown;   ///< What became of it.
    std::optional<std::int64_t> submit{};   ///< When it came.
    std::optional<std::int64_t> duration{}; ///< How long it ran, where that is said.
    bool starts_at_arrival = false;         ///< Without a start, it ran from its arrival.
    std::size_t line = 0;                   ///< Of the file.
};

/// Applies the rules of docs/io.md#histories to recorded jobs, and collects them.
class history_collector {
  public:
    /// The last second that a task may have (docs/io.md).
    static constexpr std::int64_t latest = std::int64_t{1} << 52;

    explicit history_collector(const history_options& options) : options_{options} {}

    [[nodiscard]] job_history& history() noexcept { return history_; }

    /// Adds a job, or counts why not.
    void add(recorded_job recorded) {
        history_job& job = recorded.job;
        const std::size_t line = recorded.line;
        if (!options_.keep_cpu_jobs && job.gpus == 0) return history_.leave_out("no GPU asked for", line);
        if (recorded.state == job_state::waiting && !job.start)
            return history_.leave_out("still waiting: never ran", line);
        if (!set_times(recorded)) return;
        const bool ended_badly = recorded.state == job_state::failed || recorded.state == job_state::cancelled;
        if (!options_.keep_failed && ended_badly) return history_.leave_out("failed or cancelled", line);
        if (!fits_limits(job, line)) return;
        note_last(job);
        make_unique(job.name, line);
        if (!job.end) unknown_ends_.push_back(history_.records.size());
        lines_.push_back(line);
        history_.records.push_back(std::move(job));
    }

    /// Ends the history: a job whose end is not known ends at the last time of the file.
    [[nodiscard]] job_history finish() {
        for (const std::size_t index : unknown_ends_) {
            history_job& job = history_.records[index];
            job.end = std::max(last_, job.start.value_or(job.arrival));
            history_.assume("no end is recorded: it ends at the last time of the file", lines_[index]);
        }
        return std::move(history_);
    }

  private:
    /// Arrival, start and end from what is recorded of them; whether the job ran.
    bool set_times(recorded_job& recorded) {
        history_job& job = recorded.job;
        const auto leave_out = [&](std::string_view reason) {
            history_.leave_out(reason, recorded.line);
            return false;
        };
        for (const std::optional<std::int64_t>& each : {recorded.submit, job.start, job.end, recorded.duration})
            if (each && (*each < 0 || *each > latest))
                return leave_out("a time that is negative, or beyond 2^52 seconds");
        if (!recorded.submit && !job.start) return leave_out("no time of arrival");
        job.arrival = recorded.submit ? *recorded.submit : *job.start;
        if (!recorded.submit) history_.assume("no arrival is recorded: it arrives when it starts", recorded.line);
        if (job.start && *job.start < job.arrival) {
            history_.assume("starts before it arrives: it arrives when it starts", recorded.line);
            job.arrival = *job.start;
        }
        if (!job.start && recorded.duration == 0 && job.end) return leave_out("never started");
        if (!job.start && recorded.duration && job.end && *job.end - *recorded.duration >= job.arrival)
            job.start = *job.end - *recorded.duration;
        if (!job.start && !recorded.duration && !recorded.starts_at_arrival) return leave_out("never started");
        const std::int64_t began = job.start.value_or(job.arrival);
        if (!job.end && recorded.duration) job.end = std::min(began + *recorded.duration, latest);
        if (job.end && *job.end < began) return leave_out("ends before it starts");
        if (!job.end && recorded.state == job_state::cancelled && !job.start) return leave_out("never started");
        return true;
    }

    /// Whether the amounts are such that a node could have them.
    bool fits_limits(history_job& job, std::size_t line) {
        if (job.gpus > max_gpus_per_node) {
            history_.leave_out("more than 32 GPUs on one node", line);
            return false;
        }
        if (job.members > 1'000'000) {
            history_.leave_out("more than 1,000,000 members", line);
            return false;
        }
        if (job.cpu > max_amount || job.memory > max_amount || job.cpu < 0 || job.memory < 0) {
            history_.leave_out("CPU or memory beyond what a node can have", line);
            return false;
        }
        return true;
    }

    void note_last(const history_job& job) noexcept {
        last_ = std::max({last_, job.arrival, job.start.value_or(job.arrival), job.end.value_or(job.arrival)});
    }

    /// Numbers the jobs of one name, as those that Slurm has run again.
    void make_unique(std::string& name, std::size_t line) {
        if (name.empty()) name = "line " + std::to_string(line);
        auto [entry, is_new] = names_.try_emplace(name, 1);
        if (is_new) return;
        history_.assume("the same name again: a number is added to it", line);
        std::string numbered;
        do {
            numbered = name + "#" + std::to_string(++entry->second);
        } while (names_.contains(numbered));
        names_.emplace(numbered, 1);
        name = std::move(numbered);
    }

    const history_options& options_;
    job_history history_;
    std::int64_t last_ = 0;
    std::vector<std::size_t> unknown_ends_; // indices of records
    std::vector<std::size_t> lines_;        // [records]
    std::unordered_map<std::string, int> names_;
};

/// Parts the GPUs, CPU and memory of a job over its members, rounded up where they do not part evenly.
///
/// @param job            with those of all members together
/// @param gpus           of all members
/// @param gpus_per_node  of a machine, for jobs that say no number of members
/// @return whether something was rounded up
inline bool part_over_members(history_job& job, std::int64_t gpus, std::optional<std::int64_t> members,
                              int gpus_per_node) noexcept {
    std::int64_t count = std::max<std::int64_t>(members.value_or(1), 1);
    if (!members && gpus > gpus_per_node) {
        count = (gpus + gpus_per_node - 1) / gpus_per_node;
        while (gpus % count != 0) ++count; // ends at one GPU each
    }
    const auto part = [count](std::int64_t whole) { return (whole + count - 1) / count; };
    const bool uneven = gpus % count != 0;
    job.members = static_cast<int>(std::min<std::int64_t>(count, 2'000'000));
    job.gpus = static_cast<int>(std::min<std::int64_t>(part(gpus), 1'000));
    job.gpu_milli = job.gpus > 0 ? 1000 : 0;
    job.cpu = part(job.cpu);
    job.memory = part(job.memory);
    return uneven;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
