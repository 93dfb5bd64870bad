// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// What the command line of `capacity` asks.
struct capacity_options {
    std::vector<std::string> requests;      ///< Texts of the requests; empty: the most frequent of the tasks.
    std::string nodes;                      ///< File of nodes, where there are no tasks; else replay.nodes has it.
    std::string running;                    ///< File of decisions: the tasks that run.
    std::optional<std::int64_t> time;       ///< Of that file, those that run then.
    bool fills = false;                     ///< Whether tasks of the workload come until the load is requested.
    std::optional<std::int64_t> wait_under; ///< Seconds that the 95 % wait is to be under.
    std::int64_t most_nodes = 0;            ///< That may be added; 0: as many as there are.
    bool savings = false;                   ///< Whether policies are compared by the GPUs that they need.
    std::string json;                       ///< File, or - for standard output.
    options replay;                         ///< What a replay is told: the workload, policies, seeds, the queue.
};

/// Reads the command line of `capacity`.
///
/// @return the options, with replay.message where help was asked for; or an error: those of parse_options(), and flags that
///         exclude or need each other
[[nodiscard]] gpupack::expected<capacity_options, gpupack::input_error> parse_capacity(int argc,
                                                                                       const char* const* argv);

} // namespace replay_program
