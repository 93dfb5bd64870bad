// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/preset.hpp>

#include <string>

namespace extender {

/// A preset by name, or what is wrong with the name. The only file that compiles all policies.
[[nodiscard]] gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_share_policy(const std::string& name, const gpupack::dialect::preset_inputs& inputs);

} // namespace extender
