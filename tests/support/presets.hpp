// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>

#include <string>
#include <vector>

/// The presets under the engines of the CPU, compiled once for all tests.
namespace test {

/// The names of all presets.
[[nodiscard]] std::vector<std::string> preset_names();

/// The preset of that name, which must exist, under that engine.
[[nodiscard]] gpupack::any_policy preset(const std::string& name, const gpupack::dialect::preset_inputs& inputs,
                                         const gpupack::search::scan& engine);
[[nodiscard]] gpupack::any_policy preset(const std::string& name, const gpupack::dialect::preset_inputs& inputs,
                                         const gpupack::search::indexed& engine);
[[nodiscard]] gpupack::any_policy preset(const std::string& name, const gpupack::dialect::preset_inputs& inputs,
                                         const gpupack::search::parallel& engine);

} // namespace test
