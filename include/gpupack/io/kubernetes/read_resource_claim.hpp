// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>
#include <gpupack/io/kubernetes/read_resource_slice.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

[[nodiscard]] inline std::vector<std::optional<std::string>> read_selectors(json_fields& fields, const json& object) {
    std::vector<std::optional<std::string>> made;
    fields.each(object, "selectors", [&](const json& selector) {
        std::optional<std::string> expression;
        fields.nested(selector, "cel", [&](const json& cel) { expression = fields.text(cel, "expression"); });
        made.push_back(std::move(expression));
    });
    return made;
}

[[nodiscard]] inline std::vector<dialect::dra::device_toleration> read_tolerations(json_fields& fields,
                                                                                   const json& object) {
    std::vector<dialect::dra::device_toleration> made;
    fields.each(object, "tolerations", [&](const json& one) {
        dialect::dra::device_toleration& toleration = made.emplace_back();
        toleration.key = fields.text(one, "key");
        toleration.comparison = fields.text(one, "operator");
        toleration.value = fields.text(one, "value");
        toleration.effect = fields.text(one, "effect");
        if (json_fields::find(one, "tolerationSeconds") != nullptr)
            toleration.seconds = fields.number(one, "tolerationSeconds", 0);
    });
    return made;
}

[[nodiscard]] inline std::vector<dialect::dra::device_configuration> read_configuration(json_fields& fields,
                                                                                        const json& object) {
    std::vector<dialect::dra::device_configuration> made;
    fields.each(object, "config", [&](const json& one) {
        dialect::dra::device_configuration& entry = made.emplace_back();
        entry.requests = fields.texts(one, "requests");
        fields.nested(one, "opaque", [&](const json& opaque) {
            entry.driver = fields.text(opaque, "driver");
            if (const json* const parameters = json_fields::find(opaque, "parameters"))
                entry.parameters = parameters->dump();
        });
    });
    return made;
}

[[nodiscard]] inline std::vector<std::pair<std::string, dialect::dra::quantity>>
read_amounts(json_fields& fields, const json& object, const char* name) {
    std::vector<std::pair<std::string, dialect::dra::quantity>> made;
    fields.entries(object, name, [&](const std::string& capacity, const json& value) {
        made.emplace_back(capacity, read_quantity(fields, value, capacity.c_str()));
    });
    return made;
}

[[nodiscard]] inline dialect::dra::device_demand read_demand(json_fields& fields, const json& object) {
    dialect::dra::device_demand made;
    made.class_name = fields.text(object, "deviceClassName");
    made.selectors = read_selectors(fields, object);
    made.mode_text = fields.text(object, "allocationMode");
    if (made.mode_text == "All")
        made.mode = dialect::dra::allocation_mode::all;
    else if (!made.mode_text.empty() && made.mode_text != "ExactCount")
        made.mode = dialect::dra::allocation_mode::unknown;
    made.count = fields.number(object, "count", 1);
    made.admin_access = fields.boolean(object, "adminAccess");
    made.tolerations = read_tolerations(fields, object);
    fields.nested(object, "capacity",
                  [&](const json& capacity) { made.capacity = read_amounts(fields, capacity, "requests"); });
    const json* const derived = json_fields::find(object, "derivedAttributes");
    made.derived = derived != nullptr && !derived->empty();
    return made;
}

[[nodiscard]] inline dialect::dra::device_request read_request(json_fields& fields, const json& object) {
    dialect::dra::device_request made{.name = fields.needed_text(object, "name")};
    fields.each(object, "firstAvailable", [&](const json& one) {
        dialect::dra::device_alternative& alternative = made.alternatives.emplace_back();
        alternative.name = fields.needed_text(one, "name");
        alternative.demand = read_demand(fields, one);
    });
    bool exactly = false;
    fields.nested(object, "exactly", [&](const json& one) {
        made.demand = read_demand(fields, one);
        exactly = true;
    });
    if (!exactly && made.alternatives.empty()) fields.fail("exactly", "", "exactly or firstAvailable");
    return made;
}

[[nodiscard]] inline dialect::dra::allocated_device read_allocated_device(json_fields& fields, const json& object) {
    dialect::dra::allocated_device made;
    made.request = fields.text(object, "request");
    made.driver = fields.needed_text(object, "driver");
    made.pool = fields.needed_text(object, "pool");
    made.device = fields.needed_text(object, "device");
    made.admin_access = fields.boolean(object, "adminAccess").value_or(false);
    made.tolerations = read_tolerations(fields, object);
    made.binding_conditions = fields.texts(object, "bindingConditions");
    made.binding_failure_conditions = fields.texts(object, "bindingFailureConditions");
    made.shared = json_fields::find(object, "shareID") != nullptr;
    made.share = fields.text(object, "shareID");
    made.consumed = read_amounts(fields, object, "consumedCapacity");
    return made;
}

[[nodiscard]] inline dialect::dra::claim_allocation read_allocation(json_fields& fields, const json& object) {
    dialect::dra::claim_allocation made;
    fields.nested(object, "devices", [&](const json& devices) {
        fields.each(devices, "results",
                    [&](const json& one) { made.devices.push_back(read_allocated_device(fields, one)); });
    });
    fields.nested(object, "nodeSelector",
                  [&](const json& selector) { made.nodes = read_node_selector(fields, selector); });
    return made;
}

} // namespace detail

/// Reads a DeviceClass of resource.k8s.io/v1.
///
/// @param object  the object
/// @param fields  keeps the first error
/// @return the class; without meaning where fields has an error
[[nodiscard]] inline dialect::dra::device_class read_device_class(const nlohmann::json& object, json_fields& fields) {
    dialect::dra::device_class made;
    fields.nested(object, "metadata", [&](const nlohmann::json& meta) { made.name = fields.text(meta, "name"); });
    fields.within("DeviceClass " + made.name, [&] {
        fields.nested(object, "spec", [&](const nlohmann::json& spec) {
            made.selectors = detail::read_selectors(fields, spec);
            made.configuration = detail::read_configuration(fields, spec);
            made.extended_resource = fields.text(spec, "extendedResourceName");
        });
    });
    return made;
}

/// Reads a ResourceClaim of resource.k8s.io/v1.
///
/// What the API server fills in is filled in: mode ExactCount, count 1. The configuration of an allocation is not read.
///
/// @param object  the object
/// @param fields  keeps the first error
/// @return the claim; without meaning where fields has an error
[[nodiscard]] inline dialect::dra::resource_claim read_resource_claim(const nlohmann::json& object,
                                                                      json_fields& fields) {
    dialect::dra::resource_claim made;
    fields.nested(object, "metadata", [&](const nlohmann::json& meta) {
        made.name = fields.text(meta, "name");
        made.name_space = fields.text(meta, "namespace");
    });
    const auto read_spec = [&](const nlohmann::json& devices) {
        fields.each(devices, "requests",
                    [&](const nlohmann::json& one) { made.requests.push_back(detail::read_request(fields, one)); });
        fields.each(devices, "constraints", [&](const nlohmann::json& one) {
            dialect::dra::device_constraint& constraint = made.constraints.emplace_back();
            constraint.requests = fields.texts(one, "requests");
            if (json_fields::find(one, "matchAttribute") != nullptr)
                constraint.match = fields.text(one, "matchAttribute");
            if (json_fields::find(one, "distinctAttribute") != nullptr)
                constraint.distinct = fields.text(one, "distinctAttribute");
        });
        made.configuration = detail::read_configuration(fields, devices);
    };
    fields.within("ResourceClaim " + made.name, [&] {
        fields.nested(object, "spec", [&](const nlohmann::json& spec) { fields.nested(spec, "devices", read_spec); });
        fields.nested(object, "status", [&](const nlohmann::json& status) {
            fields.nested(status, "allocation", [&](const nlohmann::json& allocation) {
                made.allocation = detail::read_allocation(fields, allocation);
            });
        });
    });
    return made;
}

} // namespace gpupack::io
