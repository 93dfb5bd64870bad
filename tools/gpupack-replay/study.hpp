// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace replay_program {

/// `gpupack-replay study`: replays policies x loads x seeds on all cores, one line of JSON for each; or one shard of them,
/// from where an earlier run of it has stopped.
///
/// @param argc  of the program
/// @param argv  of the program; argv[1] is "study"
/// @return the exit status: 0, or 2 for bad arguments or input
[[nodiscard]] int run_study(int argc, const char* const* argv);

/// `gpupack-replay merge`: makes one file of the shards of a study, the same byte for byte however it was divided.
///
/// @param argc  of the program
/// @param argv  of the program; argv[1] is "merge"
/// @return the exit status: 0, or 2 for bad arguments, or where runs are missing
[[nodiscard]] int merge_study(int argc, const char* const* argv);

} // namespace replay_program
