// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/replay/discipline.hpp>

#include <gpupack/workload/steady_arrivals.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// What the command line asks for, checked. Files that were not named are empty.
struct options {
    std::string workload = "openb";           ///< A built-in one, where no files are named.
    std::string nodes;                        ///< File.
    std::string pods;                         ///< File.
    std::vector<std::string> ignored_columns; ///< Of those files.
    std::int64_t cluster_size = 0;            ///< Nodes of the cluster that are kept; 0: all.
    std::string write_workload;        ///< Where the workload is written instead of a run: a path without its ending.
    std::vector<std::string> policies; ///< Names of presets.
    std::vector<std::string> named; ///< Those that the command names, rather than `all`; they stand out in the report.
    std::uint64_t first_seed = 42;
    std::uint64_t last_seed = 42;
    std::int64_t load = 1300;       ///< In thousandths of the cluster's GPUs, or of its capacity.
    std::int64_t learn = 0;         ///< Half-life in arrivals of the mix that is learnt; 0: the mix is known.
    std::string engine = "indexed"; ///< One of engine_names.
    std::string history;            ///< File of tasks that policies expect instead of the workload's own.
    std::string order;              ///< File.
    std::string node_order;         ///< File.
    std::string decisions;          ///< File.
    std::string waits_csv;          ///< File.
    bool waits = false;             ///< Whether the table says how long tasks waited.
    std::string json;               ///< File, or - for standard output.
    std::string ndjson;             ///< File, or - for standard output.
    std::string csv;                ///< File, or - for standard output.
    std::string report;             ///< File.
    bool timeline = false;
    gpupack::replay::discipline queue; ///< Of tasks that wait.
    std::string quota;                 ///< File of what tenants may use.
    bool reclaim = false;              ///< Whether who is within its quota ends those who have borrowed it.
    bool fair_share = false;           ///< Whether those go first who have borrowed least.
    bool causes = false;               ///< Whether the table says why GPUs are idle, and which tasks fail.
    bool synthetic = false;            ///< Whether the workload is made up of task classes that come and go.
    bool come_and_go = false;          ///< Whether tasks arrive as a Poisson process and leave; always if synthetic.
    bool waiting = false;              ///< Whether tasks that come and go wait where they do not fit.
    gpupack::workload::stay_law stays = gpupack::workload::stay_law::exponential; ///< How long they stay.
    std::optional<std::int64_t> stay_cap; ///< Seconds that a recorded stay lasts at most.
    std::int64_t bursts = 0;              ///< Bursts of large tasks in a mean stay.
    std::int64_t warm_up = 10;            ///< Mean stays before anything is measured.
    std::int64_t length = 100;            ///< Mean stays that are measured.
    std::string message;                  ///< For --help, --version and --list-policies: printed instead of a run.
    std::string command_line;
};

/// "0.1.0".
[[nodiscard]] std::string program_version();

/// Reads the command line.
///
/// @return the options, or an error: an unknown flag, policy, engine or workload; a number out of range; flags that
///         exclude each other
[[nodiscard]] gpupack::expected<options, gpupack::input_error> parse_options(int argc, const char* const* argv);

} // namespace replay_program
