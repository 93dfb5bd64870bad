// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// The text of a version; versions are compared as text by constraints and by precedence by selectors.
struct version_text {
    std::string text; ///< "580.95.5".

    friend bool operator==(const version_text&, const version_text&) = default;
};

/// What a device says about itself: one value, or a list of them. Without any it is of a kind that is not known.
using device_attribute = std::variant<std::monostate, bool, std::int64_t, std::string, version_text, std::vector<bool>,
                                      std::vector<std::int64_t>, std::vector<std::string>, std::vector<version_text>>;

/// Which amounts a request may take: from a least one in steps.
struct capacity_range {
    std::optional<quantity> min{};  ///< The least amount.
    std::optional<quantity> max{};  ///< The largest amount.
    std::optional<quantity> step{}; ///< The distance from one amount to the next, starting at the least.
};

/// How a shareable capacity is given out.
struct capacity_policy {
    std::optional<quantity> fallback{};    ///< What a request takes that does not name an amount (`default`).
    std::vector<quantity> values{};        ///< The only amounts, in ascending order (`validValues`).
    std::optional<capacity_range> range{}; ///< The only amounts, as a range (`validRange`).
};

/// A capacity of a device.
struct device_capacity {
    std::string name;                        ///< With or without a domain.
    quantity value{};                        ///< All of it.
    std::optional<capacity_policy> policy{}; ///< How it is given out.
};

/// What a device takes out of a counter set of its pool.
struct counter_use {
    std::string set;                                          ///< The name of the counter set.
    std::vector<std::pair<std::string, quantity>> counters{}; ///< Counters and amounts.
    bool grouped = false; ///< Whether it names compatibility groups, which kube-scheduler 1.37 leaves alone by default.
};

/// A mark on a device that keeps requests away which do not tolerate it.
struct device_taint {
    std::string key;    ///< The name of the taint.
    std::string value;  ///< Its value, may be empty.
    std::string effect; ///< NoSchedule and NoExecute keep requests away; others do not.
};

/// Where a slice, or a device of it, can be used. Nothing set: nowhere.
struct device_reach {
    std::optional<std::string> node_name{};  ///< On this node.
    bool all_nodes = false;                  ///< On each node.
    std::optional<node_selector> selector{}; ///< On the nodes that it matches.
    std::optional<bool> per_device{};        ///< Of a slice: each device says it.
};

/// A device of a pool: a GPU, or a part of one.
struct device {
    std::string name;                                                   ///< Unique in the pool.
    std::vector<std::pair<std::string, device_attribute>> attributes{}; ///< By name, sorted.
    std::vector<device_capacity> capacity{};                            ///< By name, sorted.
    std::vector<counter_use> consumes{}; ///< What it shares with other devices of the pool.
    std::vector<device_taint> taints{};  ///< What requests must tolerate.
    device_reach reach{};                ///< Where it can be used, if its slice says so.
    bool binds_to_node = false;          ///< An allocation ties the claim to its node.
    bool shareable = false;              ///< Several claims may have it (`allowMultipleAllocations`).
    std::optional<std::vector<std::string>> binding_conditions{}; ///< What must hold before the pod starts.
    std::vector<std::string> binding_failure_conditions{};        ///< What must not hold.
};

/// The attribute of a constraint's name, or nullptr: with its domain, or without where the domain is the driver.
///
/// @param one     the device
/// @param driver  the driver that publishes it
/// @param name    the name with its domain
[[nodiscard]] inline const device_attribute* find_attribute(const device& one, std::string_view driver,
                                                            std::string_view name) {
    const auto find = [&](std::string_view key) -> const device_attribute* {
        const auto found = std::ranges::find_if(one.attributes, [&](const auto& entry) { return entry.first == key; });
        return found == one.attributes.end() ? nullptr : &found->second;
    };
    if (const device_attribute* const whole = find(name)) return whole;
    const std::size_t slash = name.find('/');
    return slash == std::string_view::npos || name.substr(0, slash) != driver ? nullptr : find(name.substr(slash + 1));
}

} // namespace gpupack::dialect::dra
