// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "terminal.hpp"
#include <gpupack/core/input_error.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace replay_program {

/// Says in one line on standard error what is wrong.
///
/// @param error  what
/// @return       the exit status of the program
inline int refuse(const gpupack::input_error& error) {
    fmt::print(stderr, "gpupack-replay: {}\n", gpupack_tools::with_suggestion(error.message()));
    return 2;
}

} // namespace replay_program
