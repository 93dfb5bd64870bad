// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "queue_options.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace replay_program {

/// What is read as text first, so that every error is ours: one line.
struct raw_options {
    std::string policy = "all";
    std::string seed = "42";
    std::string load; // 1.3, or 1 where tasks come and go
    std::string learn;
    std::string cluster_size;
    std::string arrivals;
    std::string stays;
    std::string stay_cap;
    std::string bursts;
    std::string warm_up;
    std::string length;
    std::string no_fit;
    queue_options queue;
    std::string workload;
    bool list_policies = false;
    bool version = false;
};

/// Adds the flags of a replay to the parser.
///
/// @param app     the parser
/// @param chosen  takes what needs no check of its own; must outlive the parser
/// @param raw     takes the rest, as text; must outlive the parser
void describe(CLI::App& app, options& chosen, raw_options& raw);

/// The help in groups, with examples, no wider than the terminal.
std::string help_text(CLI::App& app);

/// The names of all flags.
std::vector<std::string> flag_names();

} // namespace replay_program
