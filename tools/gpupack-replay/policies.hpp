// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/preset.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace replay_program {

/// A policy that --policy takes.
struct policy_line {
    std::string_view name;    ///< Its name.
    std::string_view summary; ///< One line about it.
};

/// All policies, in the order in which they are listed.
[[nodiscard]] std::vector<policy_line> all_policies();

/// Whether --engine takes that name.
[[nodiscard]] bool is_engine(std::string_view name);

/// Makes a policy with an engine. Here every policy is compiled with every engine, and nowhere else.
///
/// Errors: a policy or an engine of another name; the engine `cuda` where why_not_cuda says why.
[[nodiscard]] gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_policy(const std::string& engine, const std::string& name, const gpupack::dialect::preset_inputs& inputs);

/// The same for the engine `cuda`.
[[nodiscard]] gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_policy_with_cuda(const std::string& name, const gpupack::dialect::preset_inputs& inputs);

/// Why the engine `cuda` cannot run these policies here, completing "expected ..."; nothing where it can.
[[nodiscard]] std::optional<std::string> why_not_cuda(const std::vector<std::string>& policies);

/// Says on stderr if the GPU failed, so that the CPU decided from then on.
void warn_of_cuda_problem();

} // namespace replay_program
