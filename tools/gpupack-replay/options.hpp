// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace replay_program {

/// What the command line asks for, checked.
///
/// policies        names of presets
/// named           those of them that the command names, rather than `all`: they stand out in the report
/// synthetic       whether the workload is one whose tasks come and go
/// load            in thousandths of the cluster's GPUs
/// learn           half-life in arrivals of the mix that is learnt; 0: the mix is known
/// history         file of the tasks by which policies know the mix; empty: by the workload itself
/// causes          whether the table tells why GPUs are idle, and which tasks fail
/// message         --help, --version or --list-policies: what to print instead of a run
struct options {
    std::string workload = "openb";
    std::string nodes;
    std::string pods;
    std::vector<std::string> policies;
    std::vector<std::string> named;
    std::uint64_t first_seed = 42;
    std::uint64_t last_seed = 42;
    std::int64_t load = 1300;
    std::int64_t learn = 0;
    std::string engine = "indexed";
    std::string history;
    std::string order;
    std::string node_order;
    std::string decisions;
    std::string json;
    std::string report;
    bool timeline = false;
    bool causes = false;
    bool synthetic = false;
    std::string message;
    std::string command_line;
};

/// "0.1.0".
[[nodiscard]] std::string program_version();

/// Reads the command line.
///
/// errors  an unknown flag, policy, engine or workload; a number out of range; flags that exclude each other
[[nodiscard]] gpupack::expected<options, gpupack::input_error> parse_options(int argc, const char* const* argv);

} // namespace replay_program
