// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <string>

namespace topo_program {

/// What the command line says.
struct options {
    std::string file;     ///< To read; - is standard input.
    std::string json;     ///< Where the JSON goes; - is standard output, empty: nowhere.
    std::string topology; ///< Where the topology in gpupack's own JSON goes; likewise.
    std::string message;  ///< To print instead of any work: the help, or the version.
};

/// Reads the command line.
///
/// @return the options, or an error that names the argument
[[nodiscard]] gpupack::expected<options, gpupack::input_error> parse_options(int argc, const char* const* argv);

} // namespace topo_program
