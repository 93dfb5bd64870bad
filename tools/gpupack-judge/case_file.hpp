// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace judge_program {

/// The answered cases of a file: a JSON array, or an object with the array `cases`, plain or compressed by gzip.
///
/// Errors: a file that cannot be read, is no JSON, or has no cases.
///
/// @param path  the file
/// @return      the array
[[nodiscard]] gpupack::expected<nlohmann::json, gpupack::input_error> read_cases(const std::string& path);

} // namespace judge_program
