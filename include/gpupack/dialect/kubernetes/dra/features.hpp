// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Which parts of device allocation are switched on. The defaults are those of kube-scheduler 1.37.
struct dra_features {
    bool admin_access = true;        ///< Requests with adminAccess.
    bool first_available = true;     ///< Requests with alternatives (DRAPrioritizedList).
    bool partitionable = true;       ///< Counters and devices that say where they can be used.
    bool taints = true;              ///< Taints of devices.
    bool binding_conditions = true;  ///< Devices with binding conditions.
    bool consumable_capacity = true; ///< Shareable devices.
    bool fractional_range = true;    ///< Ranges of capacity in thousandths.
    bool list_attributes = false;    ///< Constraints compare attributes that are lists.

    friend bool operator==(const dra_features&, const dra_features&) = default;
};

/// Older releases of kube-scheduler, by what their allocator did otherwise.
enum class kubernetes_release : std::uint8_t { v1_34, v1_35, v1_36, v1_37 };

/// What earlier allocators did wrong or otherwise. All off is what 1.37 does.
struct dra_quirks {
    /// Counters of a refused device stay taken, and those of a shareable one for good (kubernetes #140436).
    bool leaked_counters = false;
    /// Counters of pools of one name are shared between drivers (#140434).
    bool counters_by_pool_name = false;
    /// distinctAttribute remembers only the last device of each request (#140438).
    bool distinct_by_request = false;
    /// The values that lists have in common are not widened again on backtracking (#140300).
    bool narrowed_lists = false;
    /// Mode All leaves out devices whose capacity is used up instead of failing.
    bool all_free_only = false;

    friend bool operator==(const dra_quirks&, const dra_quirks&) = default;
};

/// The features that a release has on by default.
///
/// @param release  the release
[[nodiscard]] constexpr dra_features features_of(kubernetes_release release) noexcept {
    dra_features features;
    if (release == kubernetes_release::v1_37) return features;
    features.fractional_range = false;
    if (release == kubernetes_release::v1_36) return features;
    features.admin_access = false;
    features.partitionable = false;
    features.taints = false;
    features.binding_conditions = false;
    features.consumable_capacity = false;
    return features;
}

/// What a release does wrong or otherwise, as far as it is known: the faults were found in the code of 2026-07 and mended
/// in 1.37; counters_by_pool_name was mended in patches of 1.36 as well.
///
/// @param release  the release
[[nodiscard]] constexpr dra_quirks quirks_of(kubernetes_release release) noexcept {
    if (release == kubernetes_release::v1_37) return {};
    return {true, true, true, true, true};
}

namespace detail {

struct feature_name {
    std::string_view name;
    bool dra_features::*member;
};

inline constexpr std::array<feature_name, 8> feature_names{{{"admin_access", &dra_features::admin_access},
                                                            {"first_available", &dra_features::first_available},
                                                            {"partitionable", &dra_features::partitionable},
                                                            {"taints", &dra_features::taints},
                                                            {"binding_conditions", &dra_features::binding_conditions},
                                                            {"consumable_capacity", &dra_features::consumable_capacity},
                                                            {"fractional_range", &dra_features::fractional_range},
                                                            {"list_attributes", &dra_features::list_attributes}}};

} // namespace detail

/// Reads features by name, separated by commas.
///
/// @param text  for example "taints,partitionable"; empty: none
/// @return exactly these features, or the name that is not known
[[nodiscard]] constexpr std::pair<dra_features, std::string_view> features_named(std::string_view text) noexcept {
    dra_features features{false, false, false, false, false, false, false, false};
    while (!text.empty()) {
        const std::string_view name = text.substr(0, text.find(','));
        text.remove_prefix(name.size() == text.size() ? name.size() : name.size() + 1);
        if (name.empty()) continue;
        bool known = false;
        for (const detail::feature_name& one : detail::feature_names)
            if (one.name == name) {
                features.*one.member = true;
                known = true;
            }
        if (!known) return {features, name};
    }
    return {features, {}};
}

} // namespace gpupack::dialect::dra
