// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

using json = nlohmann::json;

[[nodiscard]] inline json requirements_json(const std::vector<dialect::dra::node_requirement>& requirements) {
    json result = json::array();
    for (const dialect::dra::node_requirement& one : requirements) {
        json entry{{"key", one.key}, {"operator", one.comparison}};
        if (!one.values.empty()) entry["values"] = one.values;
        result.push_back(std::move(entry));
    }
    return result;
}

[[nodiscard]] inline json toleration_json(const dialect::dra::device_toleration& toleration) {
    json result = json::object();
    if (!toleration.key.empty()) result["key"] = toleration.key;
    if (!toleration.comparison.empty()) result["operator"] = toleration.comparison;
    if (!toleration.value.empty()) result["value"] = toleration.value;
    if (!toleration.effect.empty()) result["effect"] = toleration.effect;
    if (toleration.seconds) result["tolerationSeconds"] = *toleration.seconds;
    return result;
}

[[nodiscard]] inline json device_json(const dialect::dra::allocated_device& device) {
    json result{
        {"request", device.request}, {"driver", device.driver}, {"pool", device.pool}, {"device", device.device}};
    if (device.admin_access) result["adminAccess"] = true;
    for (const dialect::dra::device_toleration& one : device.tolerations)
        result["tolerations"].push_back(toleration_json(one));
    if (!device.binding_conditions.empty()) result["bindingConditions"] = device.binding_conditions;
    if (!device.binding_failure_conditions.empty())
        result["bindingFailureConditions"] = device.binding_failure_conditions;
    if (device.shared) result["shareID"] = device.share;
    for (const auto& [name, amount] : device.consumed) result["consumedCapacity"][name] = amount.text();
    return result;
}

[[nodiscard]] inline json configuration_json(const dialect::dra::allocated_configuration& one) {
    json result{{"source", one.from_class ? "FromClass" : "FromClaim"}};
    if (!one.content.requests.empty()) result["requests"] = one.content.requests;
    if (one.content.driver.empty()) return result;
    result["opaque"] = {{"driver", one.content.driver}};
    if (!one.content.parameters.empty())
        result["opaque"]["parameters"] = json::parse(one.content.parameters, nullptr, false);
    return result;
}

} // namespace detail

/// Writes a node selector.
///
/// @param selector  which nodes
[[nodiscard]] inline nlohmann::json node_selector_json(const dialect::dra::node_selector& selector) {
    nlohmann::json terms = nlohmann::json::array();
    for (const dialect::dra::node_selector_term& term : selector.terms) {
        nlohmann::json result = nlohmann::json::object();
        if (!term.labels.empty()) result["matchExpressions"] = detail::requirements_json(term.labels);
        if (!term.fields.empty()) result["matchFields"] = detail::requirements_json(term.fields);
        terms.push_back(std::move(result));
    }
    return {{"nodeSelectorTerms", std::move(terms)}};
}

/// Writes an allocation as status.allocation of a ResourceClaim has it.
///
/// @param allocation  of a claim
[[nodiscard]] inline nlohmann::json allocation_json(const dialect::dra::claim_allocation& allocation) {
    nlohmann::json result{{"devices", nlohmann::json::object()}};
    for (const dialect::dra::allocated_device& device : allocation.devices)
        result["devices"]["results"].push_back(detail::device_json(device));
    for (const dialect::dra::allocated_configuration& one : allocation.configuration)
        result["devices"]["config"].push_back(detail::configuration_json(one));
    if (allocation.nodes) result["nodeSelector"] = node_selector_json(*allocation.nodes);
    return result;
}

} // namespace gpupack::io
