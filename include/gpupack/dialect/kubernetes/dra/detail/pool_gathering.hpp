// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/pool_state.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_slice.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

struct gathered_device {
    const resource_slice* slice;
    const device* content;
};

struct gathered_pool {
    std::string driver;
    std::string name;
    pool_state state = pool_state::usable;
    std::string reason{};
    bool binding = false; ///< A device has binding conditions.
    std::vector<gathered_device> devices{};
    std::vector<gathered_device> elsewhere{};
    std::vector<const counter_set*> sets{};
};

[[nodiscard]] inline expected<bool, input_error> reaches(const device_reach& reach, const kubernetes_node& node) {
    if (reach.node_name && !reach.node_name->empty()) return *reach.node_name == node.name;
    if (reach.all_nodes) return true;
    return reach.selector ? matches(*reach.selector, node) : expected<bool, input_error>{false};
}

/// Whether a slice concerns a node.
[[nodiscard]] inline expected<bool, input_error> concerns(const resource_slice& slice, const kubernetes_node& node,
                                                          const dra_features& features) {
    const device_reach& reach = slice.reach;
    if (!features.partitionable && (reach.per_device || !slice.counters.empty())) return false;
    if (slice.grouped()) return false;
    if ((reach.node_name && !reach.node_name->empty()) || reach.all_nodes || reach.selector)
        return reaches(reach, node);
    if (!reach.per_device.value_or(false)) return false;
    for (const device& one : slice.devices) {
        auto reached = reaches(one.reach, node);
        if (!reached || *reached) return reached;
    }
    return false;
}

/// The slices of one pool that a node sees, of the newest generation.
struct slice_group {
    std::string_view driver;
    std::string_view name;
    std::vector<const resource_slice*> slices;
};

inline void add_slice(std::vector<slice_group>& groups, const resource_slice& slice) {
    for (slice_group& group : groups) {
        if (group.driver != slice.driver || group.name != slice.pool.name) continue;
        const std::int64_t generation = group.slices[0]->pool.generation;
        if (slice.pool.generation > generation) group.slices.clear();
        if (slice.pool.generation >= generation) group.slices.push_back(&slice);
        return;
    }
    groups.push_back({slice.driver, slice.pool.name, {&slice}});
}

/// Whether a device names counters that the pool does not have: what is missing, or nothing.
[[nodiscard]] inline std::string missing_counter(const device& one, std::span<const counter_set* const> sets) {
    for (const counter_use& use : one.consumes) {
        const auto set = std::ranges::find(sets, use.set,
                                           [](const counter_set* known) -> const std::string& { return known->name; });
        if (set == sets.end()) return "counter set " + use.set + " not found";
        for (const auto& [name, amount] : use.counters)
            if (std::ranges::find((*set)->counters, name, &std::pair<std::string, quantity>::first) ==
                (*set)->counters.end())
                return "counter " + name + " not found in counter set " + use.set;
    }
    return {};
}

/// What makes a pool invalid, or nothing.
[[nodiscard]] inline std::string objection(const gathered_pool& pool, const dra_features& features) {
    std::set<std::string_view> names;
    for (const gathered_device& one : pool.devices)
        if (!names.insert(one.content->name).second) return "duplicate device name " + one.content->name;
    if (!features.partitionable) return {};
    names.clear();
    for (const counter_set* set : pool.sets)
        if (!names.insert(set->name).second) return "duplicate counter set name " + set->name;
    for (const std::vector<gathered_device>* devices : {&pool.devices, &pool.elsewhere})
        for (const gathered_device& one : *devices)
            if (std::string missing = missing_counter(*one.content, pool.sets); !missing.empty()) return missing;
    return {};
}

/// Puts a complete pool together.
[[nodiscard]] inline gathered_pool build_pool(const slice_group& group, std::span<const resource_slice* const> all,
                                              const dra_features& features) {
    gathered_pool pool{.driver = std::string{group.driver}, .name = std::string{group.name}};
    std::vector<const resource_slice*> slices = group.slices;
    std::ranges::stable_sort(slices, {}, [](const resource_slice* slice) -> const std::string& { return slice->name; });
    const auto take = [&](const resource_slice& slice, std::vector<gathered_device>& devices) {
        if (features.partitionable && !slice.counters.empty()) {
            for (const counter_set& set : slice.counters) pool.sets.push_back(&set);
            return;
        }
        for (const device& one : slice.devices) devices.push_back({&slice, &one});
    };
    for (const resource_slice* slice : slices) take(*slice, pool.devices);
    if (slices.size() < all.size())
        for (const resource_slice* slice : all)
            if (std::ranges::find(slices, slice->name, [](const resource_slice* one) -> const std::string& {
                    return one->name;
                }) == slices.end())
                take(*slice, pool.elsewhere);
    pool.binding = std::ranges::any_of(
        pool.devices, [](const gathered_device& one) { return one.content->binding_conditions.has_value(); });
    pool.reason = objection(pool, features);
    if (!pool.reason.empty()) {
        pool.state = pool_state::invalid;
        pool.binding = false;
        pool.devices.clear();
        pool.elsewhere.clear();
        pool.sets.clear();
    }
    return pool;
}

/// Adds the pool of a group, unless a newer generation of it is on its way.
inline void add_pool(std::vector<gathered_pool>& pools, const slice_group& group,
                     std::span<const resource_slice* const> slices, const dra_features& features) {
    const auto wanted_slices = static_cast<std::size_t>(std::max<std::int64_t>(group.slices[0]->pool.slices, 0));
    if (group.slices.size() == wanted_slices) {
        pools.push_back(build_pool(group, {}, features));
        return;
    }
    std::vector<const resource_slice*> all;
    for (const resource_slice* slice : slices) {
        if (slice->driver != group.driver || slice->pool.name != group.name) continue;
        if (slice->pool.generation > group.slices[0]->pool.generation) return; // out of date: as if it were not there
        if (slice->pool.generation == group.slices[0]->pool.generation && !slice->grouped()) all.push_back(slice);
    }
    if (all.size() == wanted_slices) {
        pools.push_back(build_pool(group, all, features));
    } else {
        pools.push_back({.driver = std::string{group.driver},
                         .name = std::string{group.name},
                         .state = pool_state::incomplete,
                         .reason = "is being updated"});
    }
}

/// The pools that a node sees, in the order of the search.
[[nodiscard]] inline expected<std::vector<gathered_pool>, dra_failure>
gather_pools(std::span<const resource_slice* const> slices, const kubernetes_node& node, const dra_features& features) {
    std::vector<slice_group> groups;
    for (const bool local : {true, false})
        for (const resource_slice* slice : slices) {
            const bool named = slice->reach.node_name && !slice->reach.node_name->empty();
            if (named != local || (named && *slice->reach.node_name != node.name)) continue;
            const auto concerned = concerns(*slice, node, features);
            if (!concerned)
                return unexpected<dra_failure>{dra_failure{
                    failure_kind::node_selector_invalid, "slice " + slice->name + ": " + concerned.error().message()}};
            if (*concerned) add_slice(groups, *slice);
        }
    std::vector<gathered_pool> pools;
    for (const slice_group& group : groups) add_pool(pools, group, slices, features);
    std::ranges::sort(pools, {},
                      [](const gathered_pool& pool) { return std::tie(pool.binding, pool.driver, pool.name); });
    return pools;
}

} // namespace gpupack::dialect::dra::detail
