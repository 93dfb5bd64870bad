// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/io/described_machine.hpp>

#include <string>

namespace topo_program {

/// The description as JSON: schema, file, format, gpus, links, nics, nvswitch, inferred and left_out.
///
/// @param file     that was read
/// @param machine  what it says
[[nodiscard]] std::string json_text(const std::string& file, const gpupack::io::described_machine& machine);

} // namespace topo_program
