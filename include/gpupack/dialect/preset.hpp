// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a preset is made from.
struct preset_inputs {
    task_mix expected;           ///< Tasks to come, for policies that look ahead; fgd takes the typical ones.
    std::uint64_t seed = 42;     ///< Seed of the random policies.
    mebibytes gpu_memory{81920}; ///< Memory of a GPU, for policies that compare memory with compute.
    /// The same tasks, each counted for as long as it stays; empty where that is not known. What lookahead takes, as a
    /// place for a task that stays long is worth more.
    task_mix in_use{};
    std::vector<mebibytes> model_memory{}; ///< [models] The same of each model of the cluster, by its id; where known.
};

/// A row of the table of named policies: a policy as a system sets it up, and that system's request rule.
template <class Policy> struct preset {
    using policy_type = Policy; ///< The type of the policy.

    std::string_view name;                          ///< Name on command lines and in documents.
    std::string_view summary;                       ///< One line for a person.
    Policy (*make)(const preset_inputs&);           ///< Makes the policy.
    request_rule rule = request_rule::as_requested; ///< What the system places for a request.
};

/// @cond
template <class Policy>
preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&)) -> preset<Policy>;
template <class Policy>
preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&), request_rule) -> preset<Policy>;
/// @endcond

} // namespace gpupack::dialect
