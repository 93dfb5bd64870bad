// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/io/described_machine.hpp>

#include <cstddef>
#include <string>

namespace topo_program {

/// The description as tables for people.
///
/// @param machine  what was read
/// @param width    of the terminal; rows of matrices that are wider are parted into blocks of columns
[[nodiscard]] std::string table_text(const gpupack::io::described_machine& machine, std::size_t width);

} // namespace topo_program
