// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace replay_program {

/// `gpupack-replay capacity`: says what a cluster has room for, what of it is idle for no task's use, how many GPUs would
/// shorten the queue, and how many a policy saves.
///
/// @param argc  of the program
/// @param argv  of the program; argv[1] is "capacity"
/// @return the exit status: 0, or 2 for bad arguments or input
[[nodiscard]] int tell_capacity(int argc, const char* const* argv);

} // namespace replay_program
