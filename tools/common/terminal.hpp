// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What the programs share: texts that fit a terminal, and what it can show.
namespace gpupack_tools {

/// The columns of the terminal that a stream leads to: those of COLUMNS if it is a number from 40 to 1000, otherwise what the
/// terminal says, otherwise 80.
///
/// @param descriptor  of the stream, such as STDOUT_FILENO
[[nodiscard]] std::size_t terminal_width(int descriptor);

/// Whether a stream leads to a terminal that can move its cursor: not with TERM=dumb or NO_COLOR, nor without a terminal.
///
/// @param descriptor  of the stream, such as STDERR_FILENO
[[nodiscard]] bool can_redraw(int descriptor);

/// The help of CLI11 with its lines broken so that none is wider, descriptions in a column of their own.
///
/// @param help   as CLI::App::help() returns it
/// @param width  in characters
[[nodiscard]] std::string wrapped_help(std::string_view help, std::size_t width);

/// A text with its tables parted where they are too wide: into blocks of columns, each behind the first column. A table is a run of
/// lines whose cells have two blanks at least between them. Other lines that are too long are broken.
///
/// @param text   of plain characters
/// @param width  in characters
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

/// fitted() where a stream leads to a terminal, or COLUMNS is set; elsewhere the text as it is, for programs that read it.
///
/// @param text        of plain characters
/// @param descriptor  of the stream, such as STDOUT_FILENO
[[nodiscard]] std::string fitted_for(std::string_view text, int descriptor);

/// The known name that a wrong one was probably meant to be: at most a third of its letters are wrong, left out, too many or
/// swapped. Empty where no name is so close.
///
/// @param name   as it was typed
/// @param known  the names there are; of equally close ones, the first
[[nodiscard]] std::string closest_name(std::string_view name, const std::vector<std::string>& known);

/// ", did you mean NAME?"; empty where no known name is close.
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

/// An error, in one line whatever its value holds, with the name that was probably meant behind it: where it ends in
/// `"NAME": expected A, B or C`, as the errors of gpupack do, or in `expected one of A, B, C`, and one of these is close.
///
/// @param message  as it would be printed
[[nodiscard]] std::string with_suggestion(std::string message);

} // namespace gpupack_tools
