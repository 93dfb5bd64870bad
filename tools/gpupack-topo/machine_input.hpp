// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>

#include <string>

namespace topo_program {

/// What a file says of a machine, in whichever format it is.
///
/// @param path  of the file; - is standard input
/// @return the description, which has no GPU where hwloc lists none; or an error: a file that cannot be read, a format that is
///         not known, what its reader refuses
[[nodiscard]] gpupack::expected<gpupack::io::described_machine, gpupack::input_error>
read_machine(const std::string& path);

} // namespace topo_program
