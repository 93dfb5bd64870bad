// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>

#include <optional>
#include <string>

namespace dra_program {

/// Exit statuses.
inline constexpr int exit_allocated = 0;
inline constexpr int exit_none = 1;
inline constexpr int exit_error = 2;

/// What the command line says.
struct options {
    std::string message; ///< To be printed instead of doing anything: the help or the version.
    std::string command; ///< allocate or answer.
    std::string file;    ///< The List; "-" is standard input.
    std::string node;    ///< The node of `allocate`.
    gpupack::dialect::dra::dra_features features{}; ///< What is switched on.
    gpupack::dialect::dra::dra_quirks quirks{};     ///< Of an older release.
    bool bounds = true;                             ///< Cut off branches without a solution.
};

[[nodiscard]] gpupack::expected<options, gpupack::input_error> parse_options(int argc, char** argv);

} // namespace dra_program
