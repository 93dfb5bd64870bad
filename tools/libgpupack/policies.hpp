// SPDX-License-Identifier: Apache-2.0
// The presets, compiled in one translation unit.
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <string_view>

namespace libgpupack {

/// The preset of that name under the indexed engine.
///
/// Errors: a name that no preset has; one that decides by the tasks that are expected, which this interface cannot say.
gpupack::expected<gpupack::any_policy, gpupack::input_error> policy_named(std::string_view name);

} // namespace libgpupack
