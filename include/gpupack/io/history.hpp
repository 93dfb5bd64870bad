// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// A job of a history: what it asked for, and when it came, started and ended.
struct history_job {
    std::string name;            ///< No other job of the history has it.
    std::string user{};          ///< Empty where it is not recorded.
    std::string tenant{};        ///< Virtual cluster, account or namespace; empty where it is not recorded.
    int members = 1;             ///< More than 1: a gang of so many equal members.
    std::int64_t cpu = 0;        ///< Milli-cores of each member.
    std::int64_t memory = 0;     ///< MiB of host memory of each member.
    int gpus = 0;                ///< Of each member.
    int gpu_milli = 0;           ///< Compute of each of its GPUs: 1000 for whole ones, 0 for shares of memory alone.
    std::string models{};        ///< GPU models that will do, parted by bars; empty: any.
    std::string mig_profile{};   ///< The MIG profile of each of its instances; empty: none.
    std::int64_t gpu_memory = 0; ///< MiB of each of its GPUs; 0: not asked for in MiB.
    int gpu_memory_percent = 0;  ///< Percent of the memory of each of its GPUs; 0: not asked for so.
    std::int64_t arrival = 0;    ///< In seconds.
    std::optional<std::int64_t> start{}; ///< In seconds; none where it is not recorded.
    std::optional<std::int64_t> end{};   ///< In seconds; none where it is not known.
    std::optional<std::int64_t> limit{}; ///< The longest that it may run, in seconds; none: no limit is recorded.
    std::int64_t priority = 0;           ///< Higher is more important.

    friend bool operator==(const history_job&, const history_job&) = default;
};

/// A machine of a history.
struct history_node {
    std::string name;            ///< No other node has it.
    std::int64_t cpu = 0;        ///< Milli-cores.
    std::int64_t memory = 0;     ///< MiB.
    int gpus = 0;                ///< How many.
    std::string model{};         ///< Of its GPUs; empty without GPUs.
    std::int64_t gpu_memory = 0; ///< MiB of each GPU; 0: as the catalogue knows the model.

    friend bool operator==(const history_node&, const history_node&) = default;
};

/// Something that a reader left out or assumed, and how often.
struct history_note {
    std::string text;           ///< What and why.
    std::size_t rows = 0;       ///< How many rows it concerns; 0: all.
    std::size_t first_line = 0; ///< The line of the first of them; 0 where there are no lines.

    friend bool operator==(const history_note&, const history_note&) = default;
};

/// What was read, and what was not.
template <class Record> struct history_of {
    std::string layout;                 ///< Which layout the file has: "slurm", "helios" and so on.
    std::size_t rows = 0;               ///< Of the file, without its header.
    std::vector<Record> records;        ///< What was read, in the order of the file.
    std::vector<history_note> left_out; ///< Rows that are no record here, by reason.
    std::vector<history_note> assumed;  ///< What the file does not say, and how it was read.

    /// Counts one more row for a reason to leave it out.
    void leave_out(std::string_view reason, std::size_t line) { count(left_out, reason, line); }
    /// Counts one more row for which something was assumed.
    void assume(std::string_view what, std::size_t line) { count(assumed, what, line); }

  private:
    static void count(std::vector<history_note>& notes, std::string_view text, std::size_t line) {
        for (history_note& each : notes)
            if (each.text == text) {
                ++each.rows;
                return;
            }
        notes.push_back({std::string{text}, 1, line});
    }
};

using job_history = history_of<history_job>;   ///< Jobs.
using node_history = history_of<history_node>; ///< Machines.

/// What a reader does where a file leaves the choice.
struct history_options {
    std::string layout{}; ///< A layout by name; empty: found by the columns.
    /// The names of the columns where the file has no header, as `sacct --format` has them.
    std::vector<std::string> columns{};
    /// GPUs of a machine: a job that says no number of nodes, and asks for more, becomes a gang of the fewest equal
    /// members that such a machine holds.
    int gpus_per_node = 8;
    /// Seconds in a unit of time of the file, for times that are numbers; none: as the layout has it.
    std::optional<std::int64_t> time_unit{};
    bool keep_failed = true;   ///< Whether jobs that ran and failed, or were cancelled while they ran, are read.
    bool keep_cpu_jobs = true; ///< Whether jobs without GPUs are read.
};

} // namespace gpupack::inline GPUPACK_ABI::io
