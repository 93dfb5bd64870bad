// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/time_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Reads the rows of a delimited history, one after the other, and keeps the first error.
class history_row_reader {
  public:
    history_row_reader(const std::string& file, const history_layout& layout, const std::vector<std::string>& header,
                       const history_options& options)
        : file_{file}, layout_{layout}, header_{header}, columns_{header}, options_{options} {}

    /// What the row says, or the first thing that is wrong with it.
    [[nodiscard]] expected<recorded_job, input_error> read(const delimited_text::row& row, job_history& history) {
        row_ = &row;
        error_.reset();
        recorded_job recorded;
        recorded.line = row.line;
        recorded.starts_at_arrival = layout_.starts_at_arrival;
        read_names(recorded);
        read_amounts(recorded.job, history);
        read_times(recorded, history);
        if (error_) return unexpected<input_error>{*error_};
        return recorded;
    }

  private:
    [[nodiscard]] std::string_view text(column_role role) const noexcept {
        const std::size_t column = columns_[role];
        if (column == column_map::none) return {};
        const std::string_view field = row_->fields[column];
        return is_missing(field) ? std::string_view{} : field;
    }

    void fail(column_role role, std::string expected) {
        if (!error_)
            error_ =
                input_error{file_, row_->line, header_[columns_[role]], std::string{text(role)}, std::move(expected)};
    }

    /// An amount in its own unit, 0 where it is missing.
    std::int64_t amount(column_role role, std::int64_t unit) {
        if (text(role).empty()) return 0;
        const auto number = parse_decimal(text(role));
        const auto scaled = number ? number->scaled(unit, 1, true) : std::nullopt;
        if (!scaled || *scaled < 0) fail(role, "a number that is not negative");
        return scaled.value_or(0);
    }

    std::optional<std::int64_t> instant(column_role role) {
        if (text(role).empty()) return std::nullopt;
        auto time = parse_instant(text(role));
        if (!time) fail(role, "a time: seconds, or a date such as 2026-01-31T12:00:00Z");
        if (time && parse_decimal(text(role))) time = times_unit(*time);
        return time;
    }

    std::optional<std::int64_t> span(column_role role) {
        if (text(role).empty()) return std::nullopt;
        const auto seconds = parse_span(text(role));
        if (!seconds || *seconds < 0) fail(role, "a length of time that is not negative");
        return seconds ? std::optional{times_unit(*seconds)} : std::nullopt;
    }

    /// A time in seconds; what is beyond all that can be replayed stays there.
    [[nodiscard]] std::int64_t times_unit(std::int64_t time) const noexcept {
        const std::int64_t most = history_collector::latest / unit() + 1;
        return std::clamp(time, -most, most) * unit();
    }

    [[nodiscard]] std::int64_t unit() const noexcept { return options_.time_unit.value_or(layout_.time_unit); }

    void read_names(recorded_job& recorded) {
        history_job& job = recorded.job;
        job.name = text(column_role::name);
        if (!text(column_role::task_name).empty()) job.name.append("/").append(text(column_role::task_name));
        job.user = text(column_role::user);
        job.tenant = text(column_role::tenant);
        job.models = text(column_role::models);
        recorded.state = state_of(text(column_role::state));
        const std::string_view priority = text(column_role::priority);
        // High priority of the spot trace; the classes of openb that are not best effort.
        if (priority == "HP" || priority == "LS" || priority == "Guaranteed" || priority == "Burstable")
            job.priority = 1;
        if (const auto number = parse_whole(priority)) job.priority = *number;
    }

    void read_amounts(history_job& job, job_history& history) {
        job.cpu = amount(column_role::cpu, layout_.cpu_milli);
        job.memory = amount(column_role::memory, layout_.memory_mib);
        const std::int64_t milli = amount(column_role::gpus, layout_.gpu_milli);
        std::optional<std::int64_t> members;
        if (!text(column_role::members).empty()) members = amount(column_role::members, 1);
        if (error_) return;
        if (layout_.per_job) {
            // The memory of an Acme job is that of a pod already.
            const std::int64_t memory = job.memory;
            if (part_over_members(job, (milli + 999) / 1000, members, options_.gpus_per_node))
                history.assume("GPUs do not part evenly over its nodes: rounded up on each", row_->line);
            if (layout_.name == "acme-kalos") job.memory = memory;
            if (job.members == 1 && milli < 1000) job.gpu_milli = static_cast<int>(milli);
            if (milli > 1000 && milli % 1000 != 0)
                history.assume("a fraction of several GPUs: rounded up to whole ones", row_->line);
            if (!members && job.members > 1)
                history.assume("more GPUs than a machine has, and no number of nodes: cut into a gang of equal members",
                               row_->line);
            return;
        }
        job.members =
            static_cast<int>(std::min<std::int64_t>(std::max<std::int64_t>(members.value_or(1), 1), 2'000'000));
        set_gpus(job, milli, history);
    }

    /// GPUs of one member from a number of milli-GPUs, and from a share of each where the layout has that.
    void set_gpus(history_job& job, std::int64_t milli, job_history& history) {
        job.gpus = static_cast<int>(std::min<std::int64_t>((milli + 999) / 1000, 1'000));
        job.gpu_milli = milli > 0 && milli < 1000 ? static_cast<int>(milli) : job.gpus > 0 ? 1000 : 0;
        if (milli > 1000 && milli % 1000 != 0)
            history.assume("a fraction of several GPUs: rounded up to whole ones", row_->line);
        job.mig_profile = text(column_role::mig_profile);
        job.gpu_memory = amount(column_role::gpu_memory, 1);
        const std::int64_t percent = amount(column_role::gpu_memory_percent, 1);
        if (!error_ && percent > 100) fail(column_role::gpu_memory_percent, "from 1 to 100");
        job.gpu_memory_percent = static_cast<int>(std::min<std::int64_t>(percent, 100));
        const bool by_memory = job.gpu_memory > 0 || job.gpu_memory_percent > 0;
        if (job.gpus > 0 && by_memory && job.mig_profile.empty()) {
            job.gpu_milli = static_cast<int>(std::min<std::int64_t>(amount(column_role::gpu_milli, 1), 1000));
            return;
        }
        if (text(column_role::gpu_milli).empty() || !job.mig_profile.empty()) return;
        const std::int64_t share = amount(column_role::gpu_milli, 1);
        if (!error_ && (share > 1000 || (share == 0) != (job.gpus == 0) || (job.gpus > 1 && share < 1000)))
            fail(column_role::gpu_milli, "0 without GPUs, from 1 to 1000 for one GPU, 1000 for several");
        job.gpu_milli = static_cast<int>(share);
    }

    void read_times(recorded_job& recorded, job_history& history) {
        history_job& job = recorded.job;
        recorded.submit = instant(column_role::submit);
        if (columns_[column_role::submit] == column_map::none && columns_[column_role::interval] != column_map::none) {
            clock_ = std::min(clock_ + span(column_role::interval).value_or(0), 2 * history_collector::latest);
            recorded.submit = clock_;
        }
        job.start = instant(column_role::start);
        job.end = instant(column_role::end);
        recorded.duration = span(column_role::duration);
        if (layout_.existed_before && !recorded.submit) {
            recorded.submit = 0;
            history.assume("no arrival is recorded: it was there when the trace began", row_->line);
        }
        if (job.start && job.end) recorded.duration.reset();
        const auto limit = text(column_role::limit).empty() ? std::nullopt : parse_span(text(column_role::limit));
        if (limit && *limit > 0) job.limit = times_unit(*limit);
    }

    const std::string& file_;
    const history_layout& layout_;
    const std::vector<std::string>& header_;
    column_map columns_;
    const history_options& options_;
    const delimited_text::row* row_ = nullptr;
    std::optional<input_error> error_;
    std::int64_t clock_ = 0; // of layouts that record the time between arrivals
};

} // namespace gpupack::inline GPUPACK_ABI::io::detail
