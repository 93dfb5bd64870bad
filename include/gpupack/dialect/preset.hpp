// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/policy_spec.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstddef>
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
    /// Whether tasks leave again. Where none ever does, as in the published experiment, lookahead keeps room only for those
    /// that come until the cluster is full.
    bool tasks_leave = true;
    std::vector<mebibytes> model_memory{}; ///< [models] The same of each model of the cluster, by its id; where known.
    /// Whether the mix may be empty: the caller learns it (learned_mix) and will make the policy anew, or nothing comes.
    bool may_be_empty = false;
    std::vector<policy_option> options{}; ///< What the policy is tuned by, of those that its row names.

    /// The value of an option, or that otherwise.
    [[nodiscard]] std::int64_t option(std::string_view name, std::int64_t otherwise) const {
        for (const policy_option& each : options)
            if (each.name == name) return each.value;
        return otherwise;
    }
};

/// A row of the table of named policies: a policy as a system sets it up, and that system's request rule.
template <class Policy> struct preset {
    using policy_type = Policy; ///< The type of the policy.

    std::string_view name;                          ///< Name on command lines and in documents.
    std::string_view summary;                       ///< One line for a person.
    Policy (*make)(const preset_inputs&);           ///< Makes the policy.
    request_rule rule = request_rule::as_requested; ///< What the system places for a request.
    bool needs_mix =
        false; ///< Whether it decides by the expected tasks, and without any would place as first-fit does.
    std::string_view options = ""; ///< The options that it has, with a blank between them: see policy_option_ranges.

    /// Whether it has an option of that name.
    [[nodiscard]] constexpr bool has_option(std::string_view option) const noexcept {
        for (std::string_view rest = options; !rest.empty();) {
            const std::size_t end = rest.find(' ');
            if (rest.substr(0, end) == option) return true;
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
        return false;
    }
};

/// @cond
template <class Policy> preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&)) -> preset<Policy>;
template <class Policy> preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&), request_rule)
    -> preset<Policy>;
template <class Policy> preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&), request_rule, bool)
    -> preset<Policy>;
template <class Policy> preset(std::string_view, std::string_view, Policy (*)(const preset_inputs&), request_rule, bool,
                               std::string_view) -> preset<Policy>;
/// @endcond

} // namespace gpupack::dialect
