// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_state.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

[[nodiscard]] inline bool contains_name(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// The parameters that go with an allocation: those of each class once, then those of the claim.
[[nodiscard]] inline std::vector<allocated_configuration> configuration_of(const search_claim& claim) {
    std::vector<allocated_configuration> result;
    struct span_of_class {
        const device_class* of_what;
        std::size_t begin;
        std::size_t end;
    };
    std::vector<span_of_class> known;
    for (const search_request& request : claim.requests) {
        const search_demand& demand = request.demands[request.chosen];
        const auto before = std::ranges::find(known, demand.class_of_devices->name,
                                              [](const span_of_class& one) { return one.of_what->name; });
        if (before != known.end()) {
            for (std::size_t i = before->begin; i < before->end; ++i)
                result[i].content.requests.push_back(demand.whole_name);
            continue;
        }
        const std::size_t begin = result.size();
        for (const device_configuration& one : demand.class_of_devices->configuration)
            result.push_back({true, {{demand.whole_name}, one.driver, one.parameters}});
        known.push_back({demand.class_of_devices, begin, result.size()});
    }
    const auto names = [](const std::vector<std::string>& list, const search_request& request) {
        const search_demand& demand = request.demands[request.chosen];
        return contains_name(list, demand.request) || (request.alternatives && contains_name(list, demand.whole_name));
    };
    for (const device_configuration& one : claim.claim->configuration)
        if (one.requests.empty() || std::ranges::any_of(claim.requests, [&](const search_request& request) {
                return names(one.requests, request);
            }))
            result.push_back({false, one});
    for (allocated_configuration& one : result)
        if (std::ranges::all_of(claim.requests,
                                [&](const search_request& request) { return names(one.content.requests, request); }))
            one.content.requests.clear();
    return result;
}

inline void add_requirements(const std::vector<node_requirement>& source, std::vector<node_requirement>& target) {
    for (const node_requirement& one : source)
        if (std::ranges::none_of(target, [&](const node_requirement& other) { return other.same(one); }))
            target.push_back(one);
}

/// Where the devices can be used: on the node where one is tied to it, else where all selectors match.
[[nodiscard]] inline expected<std::optional<node_selector>, dra_failure>
nodes_of(const node_devices& devices, const std::vector<taken_device>& pick) {
    node_selector_term term;
    for (const taken_device& one : pick) {
        const node_device& device = devices.devices()[one.device];
        const device_reach& reach =
            device.slice->reach.per_device.value_or(false) ? device.content->reach : device.slice->reach;
        if (reach.node_name || device.content->binds_to_node) {
            term = {.fields = {{"metadata.name", "In", {devices.node().name}}}};
            return std::optional{node_selector{{std::move(term)}}};
        }
        if (!reach.selector || reach.selector->terms.empty()) continue;
        if (reach.selector->terms.size() > 1)
            return unexpected<dra_failure>{dra_failure{failure_kind::node_selector_invalid,
                                                       "slice " + device.slice->name + ": more than one term"}};
        add_requirements(reach.selector->terms[0].fields, term.fields);
        add_requirements(reach.selector->terms[0].labels, term.labels);
    }
    if (term.labels.empty() && term.fields.empty()) return std::optional<node_selector>{};
    return std::optional{node_selector{{std::move(term)}}};
}

/// The allocation of a claim, out of what the search took.
[[nodiscard]] inline expected<claim_allocation, dra_failure> allocation_of(const node_devices& devices,
                                                                           const search_claim& claim,
                                                                           const std::vector<taken_device>& pick,
                                                                           const dra_features& features) {
    claim_allocation result;
    for (const taken_device& one : pick) {
        const node_device& device = devices.devices()[one.device];
        const node_pool& pool = devices.pools()[device.pool];
        allocated_device& entry = result.devices.emplace_back();
        entry.request = one.demand->whole_name;
        entry.driver = pool.driver;
        entry.pool = pool.name;
        entry.device = device.content->name;
        entry.admin_access = one.demand->admin();
        entry.tolerations = one.demand->demand->tolerations;
        entry.shared = one.shared;
        for (std::size_t i = 0; i < one.amounts.size(); ++i)
            entry.consumed.emplace_back(device.content->capacity[i].name, one.amounts[i]);
        if (!features.binding_conditions) continue;
        entry.binding_conditions = device.content->binding_conditions.value_or(std::vector<std::string>{});
        entry.binding_failure_conditions = device.content->binding_failure_conditions;
    }
    result.configuration = configuration_of(claim);
    auto nodes = nodes_of(devices, pick);
    if (!nodes) return unexpected<dra_failure>{std::move(nodes.error())};
    result.nodes = std::move(*nodes);
    return result;
}

} // namespace gpupack::dialect::dra::detail
