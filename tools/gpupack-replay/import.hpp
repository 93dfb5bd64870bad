// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace replay_program {

/// `gpupack-replay import`: reads a history as it is, says what it read and what it left out, and writes it in our
/// layout.
///
/// @param argc  of the program
/// @param argv  of the program; argv[1] is "import"
/// @return the exit status: 0, or 2 for bad arguments or input
[[nodiscard]] int import_history(int argc, const char* const* argv);

} // namespace replay_program
