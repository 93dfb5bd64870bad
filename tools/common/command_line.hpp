// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

/// What the command lines of the programs have in common.
namespace gpupack_tools {

/// Reads a command line, and answers --help and --version.
///
/// The help is as wide as the terminal, says FILE or NUMBER for what an option takes, and shows all subcommands. An unknown flag
/// or subcommand is answered with the one that was probably meant.
/// @param app   with its options and its name; gets -h, --help and --version
/// @return the text to print instead of any work, empty: none; or an error in one line
[[nodiscard]] gpupack::expected<std::string, gpupack::input_error> parse_command_line(CLI::App& app, int argc,
                                                                                      const char* const* argv);

/// Every flag and subcommand of a program, as it is typed.
///
/// @param app  with its options
[[nodiscard]] std::vector<std::string> known_arguments(const CLI::App& app);

/// The name of a program and its version, on one line.
///
/// @param name  of the program
[[nodiscard]] std::string version_text(const std::string& name);

} // namespace gpupack_tools
