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
inline constexpr auto preset_rows = std::tuple_cat(
    dialect::gpupack_presets,
    dialect::kubernetes_presets,
    dialect::gpushare_presets,
    dialect::aliyun_presets,
    dialect::hami_presets,
    dialect::volcano_presets,
    dialect::kai_presets,
    dialect::koordinator_presets,
    dialect::ray_presets,
    dialect::slurm_presets,
    dialect::nomad_presets);

/// The name of a preset, and one line about it.
struct preset_name {
    std::string_view name;    ///< Name on command lines and in documents.
    std::string_view summary; ///< One line for a person.
};

/// The names of all presets, in the order of the table.
inline constexpr auto presets = std::apply(
    [](const auto&... row) { return std::array{preset_name{row.name, row.summary}...}; }, preset_rows);

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

/// Makes the preset of that name, to be used with that engine.
///
/// This compiles the engine for every policy: call it in one translation unit of a program.
///
/// @param name    a name of the table
/// @param inputs  what the policy is made from
/// @param engine  how the policy's best choice is found
/// @return        the policy with its engine and its request rule
/// Errors: a name that is not in the table.
template <search::engine Engine = search::indexed> [[nodiscard]] expected<any_policy, input_error>
make_preset(std::string_view name, const preset_inputs& inputs, const Engine& engine = Engine{}) {
    return visit_preset(name, [&](const auto& row) { return any_policy{row.make(inputs), engine, row.rule}; });
}

} // namespace gpupack
