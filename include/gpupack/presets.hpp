// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/aliyun/presets.hpp>
#include <gpupack/dialect/gpupack/presets.hpp>
#include <gpupack/dialect/gpushare/presets.hpp>
#include <gpupack/dialect/hami/presets.hpp>
#include <gpupack/dialect/kai/presets.hpp>
#include <gpupack/dialect/koordinator/presets.hpp>
#include <gpupack/dialect/kubernetes/presets.hpp>
#include <gpupack/dialect/nomad/presets.hpp>
#include <gpupack/dialect/policy_spec.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/dialect/ray/presets.hpp>
#include <gpupack/dialect/slurm/presets.hpp>
#include <gpupack/dialect/volcano/presets.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/indexed.hpp>

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

using dialect::preset_inputs;

/// The table of named policies: rows of dialect::preset, gpupack's own policies first. A new system adds its header and
/// its rows here.
inline constexpr auto preset_rows =
    std::tuple_cat(dialect::gpupack_presets, dialect::kubernetes_presets, dialect::gpushare_presets,
                   dialect::aliyun_presets, dialect::hami_presets, dialect::volcano_presets, dialect::kai_presets,
                   dialect::koordinator_presets, dialect::ray_presets, dialect::slurm_presets, dialect::nomad_presets);

/// The name of a preset, and one line about it.
struct preset_name {
    std::string_view name;    ///< Name on command lines and in documents.
    std::string_view summary; ///< One line for a person.
};

/// The names of all presets, in the order of the table.
inline constexpr auto presets = std::apply(
    [](const auto&... row) {
        return std::array{preset_name{row.name, row.summary}...};
    },
    preset_rows);

/// Whether the preset of that name decides by the expected tasks, so that make_preset wants some.
[[nodiscard]] constexpr bool needs_mix(std::string_view name) noexcept {
    return std::apply([&](const auto&... row) { return ((row.name == name && row.needs_mix) || ...); }, preset_rows);
}

/// The names of all presets, separated by commas.
[[nodiscard]] inline std::string preset_names() {
    std::string names;
    for (const preset_name& preset : presets) {
        if (!names.empty()) names += ", ";
        names += preset.name;
    }
    return names;
}

/// Calls visit(row) for each row of the table. Each policy has a type of its own, so the visitor is compiled for all of
/// them.
template <class Visit> constexpr void for_each_preset(Visit&& visit) {
    std::apply([&](const auto&... row) { (visit(row), ...); }, preset_rows);
}

/// Calls visit(row) for the row of that name. Compiles the visitor for every policy; where one type will do for all of
/// them, use make_preset.
///
/// @param name   a name of the table
/// @param visit  called with one row; returns the same type for every row
/// @return       what the visitor returns
/// Errors: a name that is not in the table.
template <class Visit> [[nodiscard]] auto visit_preset(std::string_view name, Visit&& visit) {
    using result = std::invoke_result_t<Visit&, decltype(std::get<0>(preset_rows))>;
    expected<result, input_error> found =
        bad_input("policy", std::string{name}, std::string{"one of "}.append(preset_names()));
    for_each_preset([&](const auto& row) {
        if (row.name == name) found = visit(row);
    });
    return found;
}

/// Makes a preset, to be used with that engine.
///
/// This compiles the engine for every policy: call it in one translation unit of a program.
///
/// @param spec    a name of the table, and options that its row has
/// @param inputs  what the policy is made from; its options, and after them those of the spec
/// @param engine  how the policy's best choice is found
/// @return        the policy with its engine and its request rule
/// Errors: a name that is not in the table; an option that the policy has not; a policy that needs expected tasks where there
/// are none, unless preset_inputs::may_be_empty says that this is meant.
template <search::engine Engine = search::indexed> [[nodiscard]] expected<any_policy, input_error>
make_preset(const policy_spec& spec, preset_inputs inputs, const Engine& engine = Engine{}) {
    if (needs_mix(spec.name) && inputs.expected.empty() && !inputs.may_be_empty)
        return bad_input(
            "policy", spec.name,
            "a mix of tasks beside it (preset_inputs::expected): it decides by them, and by none as first-fit does");
    for (const auto& options : {spec.options, inputs.options})
        if (const auto valid = policy_spec_from_text(to_text(policy_spec{spec.name, options})); !valid)
            return unexpected<input_error>{valid.error()};
    inputs.options.insert(inputs.options.begin(), spec.options.begin(), spec.options.end());
    const policy_option* unknown = nullptr;
    std::string_view known;
    auto policy = visit_preset(spec.name, [&](const auto& row) {
        for (const policy_option& each : inputs.options)
            if (unknown == nullptr && !row.has_option(each.name)) unknown = &each;
        known = row.options;
        return any_policy{row.make(inputs), engine, row.rule};
    });
    if (unknown == nullptr) return policy;
    const std::string option = std::string{unknown->name}.append("=").append(std::to_string(unknown->value));
    return bad_input("option of " + spec.name, option,
                     known.empty() ? std::string{"none: it has no options"} : std::string{"one of "}.append(known));
}

/// The same from a text: "fgd", "lookahead:reserve=150". See policy_spec_from_text.
template <search::engine Engine = search::indexed> [[nodiscard]] expected<any_policy, input_error>
make_preset(std::string_view text, const preset_inputs& inputs, const Engine& engine = Engine{}) {
    const auto spec = policy_spec_from_text(text);
    if (!spec) return unexpected<input_error>{spec.error()};
    return make_preset(*spec, inputs, engine);
}

} // namespace gpupack
