// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>
#include <gpupack/io/kubernetes/read_dra_objects.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace dra_program {

/// Why there is no answer: one line.
struct refusal {
    std::string message;
    std::string code; ///< The name of the failure; empty where the input is bad.
};

/// The outcome for one node of one list; claims that are allocated say what is in use.
[[nodiscard]] gpupack::expected<gpupack::dialect::dra::allocation_outcome, refusal>
allocation_on(const gpupack::io::dra_objects& objects, const std::string& node,
              const gpupack::dialect::dra::allocator_options& chosen);

/// The command `allocate`. Returns the exit status.
[[nodiscard]] int allocate(const options& chosen);

/// All of a file, or of standard input.
[[nodiscard]] gpupack::expected<std::string, gpupack::input_error> read_file(const std::string& path);

} // namespace dra_program
