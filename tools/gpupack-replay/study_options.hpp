// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace replay_program {

/// What the command line of `study` asks.
struct study_options {
    std::string message;             ///< To print instead of running: help.
    std::string out;                 ///< File that takes a line for each run.
    std::vector<std::string> loads;  ///< Empty: the default load.
    std::vector<std::string> sizes;  ///< Nodes of the cluster; empty: all.
    std::int64_t shard = 0;          ///< Which part of the runs.
    std::int64_t shards = 1;         ///< Of how many.
    std::vector<std::string> replay; ///< Arguments of each replay, in their order.
};

/// Reads the command line of `study`. The flags of a replay are kept for the replays, unread.
///
/// @return the options, with a message where help was asked for; or an error that names the flag
[[nodiscard]] gpupack::expected<study_options, gpupack::input_error> parse_study(int argc, const char* const* argv);

/// What the command line of `merge` asks.
struct merge_options {
    std::string message;            ///< To print instead of merging: help.
    std::string out = "-";          ///< File, or - for standard output.
    std::vector<std::string> files; ///< Of the shards.
};

/// Reads the command line of `merge`.
///
/// @return the options, with a message where help was asked for; or an error that names the flag
[[nodiscard]] gpupack::expected<merge_options, gpupack::input_error> parse_merge(int argc, const char* const* argv);

} // namespace replay_program
