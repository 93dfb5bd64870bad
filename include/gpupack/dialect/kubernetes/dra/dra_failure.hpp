// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Why kube-scheduler stops with an error instead of an answer.
enum class failure_kind : std::uint8_t {
    invalid_pools,
    selector_does_not_compile,
    selector_fails,
    too_many_devices,
    attribute_without_value,
    unknown_mode,
    unknown_constraint,
    all_devices_break_constraint,
    unknown_selector,
    class_missing,
    class_unnamed,
    capacity_disabled,
    capacity_not_representable,
    first_available_disabled,
    admin_disabled,
    derived_disabled,
    pool_incomplete,
    pool_invalid,
    node_selector_invalid,
    step_limit
};

/// The name of a failure: "pool_incomplete".
///
/// @param kind  the failure
[[nodiscard]] constexpr std::string_view name_of(failure_kind kind) noexcept {
    constexpr std::array<std::string_view, 20> names{"invalid_pools",
                                                     "selector_does_not_compile",
                                                     "selector_fails",
                                                     "too_many_devices",
                                                     "attribute_without_value",
                                                     "unknown_mode",
                                                     "unknown_constraint",
                                                     "all_devices_break_constraint",
                                                     "unknown_selector",
                                                     "class_missing",
                                                     "class_unnamed",
                                                     "capacity_disabled",
                                                     "capacity_not_representable",
                                                     "first_available_disabled",
                                                     "admin_disabled",
                                                     "derived_disabled",
                                                     "pool_incomplete",
                                                     "pool_invalid",
                                                     "node_selector_invalid",
                                                     "step_limit"};
    return names[static_cast<std::size_t>(kind)];
}

/// An error of an allocation.
struct dra_failure {
    failure_kind kind = failure_kind::invalid_pools; ///< What went wrong.
    std::string message;                             ///< One line: where.

    /// Whether other nodes may still do; if not, the pod's attempt ends.
    [[nodiscard]] bool node_only() const noexcept {
        return kind == failure_kind::invalid_pools || kind == failure_kind::step_limit;
    }

    /// "pool_incomplete: claim a, request b: ..."
    [[nodiscard]] std::string text() const { return std::string{name_of(kind)}.append(": ").append(message); }
};

} // namespace gpupack::dialect::dra
