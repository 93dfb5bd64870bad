// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// By what HAMi orders devices, of which it takes the last first.
enum class hami_key : std::uint8_t {
    binpack,    ///< The device score, the highest first to be taken.
    spread,     ///< The device score, the lowest first.
    numa,       ///< The NUMA node, the highest first.
    numa_upward ///< The NUMA node, the lowest first: numa-bind under binpack.
};

/// One device as HAMi orders it.
struct hami_ordered {
    policy::score score = 0; ///< hami_score of its load.
    int numa = 0;            ///< Its NUMA node.
    int used = 0;            ///< Tasks on it.
    int index = 0;           ///< Its number on the node.
};

/// HAMi's policy for devices, which may be a chain of several: what devices are ordered by, and what they are filtered by.
///
/// Source: HAMi's DeviceUsageList and PolicyContains (docs/sources.md#hami).
struct hami_device_policy {
    static constexpr int most_keys = 4; ///< Keys of a chain, at most.

    hami_key keys[most_keys] = {hami_key::spread,
                                hami_key::numa}; ///< By these devices are ordered, one after the other.
    int key_count = 2;                           ///< Keys that count.
    bool orders_by_use = false; ///< Idle devices first, then the highest NUMA node: `mutex` alone. No key counts then.
    bool orders_by_index =
        false;          ///< Equal devices go by their number, the highest first: a chain. Else they stay as they were.
    bool mutex = false; ///< Only devices without tasks.
    bool topology = false; ///< Devices are chosen by their links among those that fit.

    /// Whether a device comes before another in HAMi's list, so that it is taken after it.
    [[nodiscard]] constexpr bool comes_before(const hami_ordered& a, const hami_ordered& b) const noexcept {
        if (orders_by_use) return a.used != b.used ? a.used > b.used : a.numa < b.numa;
        for (int k = 0; k < key_count; ++k) {
            const bool by_numa = keys[k] == hami_key::numa || keys[k] == hami_key::numa_upward;
            const policy::score one = by_numa ? a.numa : a.score;
            const policy::score other = by_numa ? b.numa : b.score;
            const bool rising = keys[k] == hami_key::binpack || keys[k] == hami_key::numa;
            if (one != other) return rising ? one < other : one > other;
        }
        return orders_by_index && a.index < b.index;
    }

    friend constexpr bool operator==(const hami_device_policy&, const hami_device_policy&) = default;

    /// Adds a key at the end of the chain.
    constexpr void add(hami_key key) noexcept {
        if (key_count < most_keys) keys[key_count++] = key;
    }
};

namespace detail {

/// Calls visit(name) for each name of a list with commas, without the spaces around it.
template <class Visit> constexpr void for_each_hami_name(std::string_view list, Visit&& visit) {
    for (;;) {
        const std::size_t comma = list.find(',');
        std::string_view name = list.substr(0, comma);
        while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
        while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
        visit(name);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

} // namespace detail

/// What HAMi makes of a policy for devices, as its annotation or its configuration says: `binpack`, `spread`, `mutex`,
/// `topology-aware`, or a chain such as `numa,binpack`. Whatever it does not know is `spread`.
///
/// @param text       the policy
/// @param numa_bind  whether all GPUs of a container must hang on one NUMA node, which then comes first
[[nodiscard]] constexpr hami_device_policy hami_device_policy_of(std::string_view text, bool numa_bind = false) {
    hami_device_policy made{.key_count = 0};
    bool seen[3] = {};
    detail::for_each_hami_name(text, [&](std::string_view name) {
        made.mutex = made.mutex || name == "mutex";
        made.topology = made.topology || name == "topology-aware";
        constexpr std::string_view names[3] = {"binpack", "spread", "numa"};
        for (int k = 0; k < 3; ++k) {
            if (name != names[k] || seen[k]) continue;
            seen[k] = true;
            made.add(static_cast<hami_key>(k));
        }
    });
    if (text == "mutex") {
        made.key_count = 0;
        made.orders_by_use = true;
        return made;
    }
    made.orders_by_index = text == "numa" || text.find(',') != std::string_view::npos;
    if (made.orders_by_index) {
        if (made.key_count == 0) made.add(hami_key::spread);
        if (!numa_bind || made.keys[0] == hami_key::numa) return made;
        hami_device_policy bound = made;
        bound.key_count = 0;
        bound.add(hami_key::numa);
        for (int k = 0; k < made.key_count; ++k)
            if (made.keys[k] != hami_key::numa) bound.add(made.keys[k]);
        return bound;
    }
    const bool packs = text == "binpack";
    made.key_count = 0;
    if (numa_bind) made.add(packs ? hami_key::numa_upward : hami_key::numa);
    made.add(packs ? hami_key::binpack : hami_key::spread);
    if (!numa_bind) made.add(hami_key::numa);
    return made;
}

/// What HAMi makes of a policy for nodes: `spread`, and binpack for all else, chains among them.
[[nodiscard]] constexpr policy::strategy hami_node_policy_of(std::string_view text) noexcept {
    return text == "spread" ? policy::strategy::spread : policy::strategy::binpack;
}

} // namespace gpupack::dialect
