// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace judge_program {

/// What the command line asks for.
struct options {
    std::string system;                ///< Whose answers the files hold.
    std::vector<std::string> files;    ///< The answered cases.
    std::string json;                  ///< Where the result goes as JSON; - is standard output; empty: nowhere.
    std::optional<std::int64_t> shown; ///< The seed of the case to show both views of.
    std::string message;               ///< What to print instead of anything else: help or the version.
};

/// Reads the command line.
///
/// Errors: a flag, a system or a number that is not known.
[[nodiscard]] gpupack::expected<options, gpupack::input_error> parse_options(int argc, char** argv);

} // namespace judge_program
