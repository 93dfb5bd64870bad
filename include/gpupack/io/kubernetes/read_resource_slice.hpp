// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_slice.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

using json = nlohmann::json;

/// A quantity: a text, or a plain number.
[[nodiscard]] inline dialect::dra::quantity read_quantity(json_fields& fields, const json& value, const char* name) {
    const std::string text = value.is_string()   ? value.get<std::string>()
                             : value.is_number() ? value.dump()
                                                 : std::string{};
    const std::size_t start = text.find_first_not_of(" \t");
    const std::string trimmed =
        start == std::string::npos ? std::string{} : text.substr(start, text.find_last_not_of(" \t") + 1 - start);
    const auto amount = dialect::dra::quantity::parse(trimmed);
    if (!amount) fields.fail(name, json_fields::brief(value), "a quantity such as 4Gi or 500m");
    return amount.value_or(dialect::dra::quantity{});
}
[[nodiscard]] inline std::optional<dialect::dra::quantity>
read_optional_quantity(json_fields& fields, const json& object, const char* name) {
    const json* const field = json_fields::find(object, name);
    return field == nullptr ? std::nullopt : std::optional{read_quantity(fields, *field, name)};
}

[[nodiscard]] inline std::vector<dialect::dra::node_requirement> read_requirements(json_fields& fields,
                                                                                   const json& term, const char* name) {
    std::vector<dialect::dra::node_requirement> made;
    fields.each(term, name, [&](const json& one) {
        made.push_back({fields.text(one, "key"), fields.text(one, "operator"), fields.texts(one, "values")});
    });
    return made;
}
[[nodiscard]] inline dialect::dra::node_selector read_node_selector(json_fields& fields, const json& selector) {
    dialect::dra::node_selector made;
    fields.each(selector, "nodeSelectorTerms", [&](const json& term) {
        made.terms.push_back(
            {read_requirements(fields, term, "matchExpressions"), read_requirements(fields, term, "matchFields")});
    });
    return made;
}
[[nodiscard]] inline dialect::dra::device_reach read_reach(json_fields& fields, const json& object) {
    dialect::dra::device_reach made;
    if (json_fields::find(object, "nodeName") != nullptr) made.node_name = fields.text(object, "nodeName");
    made.all_nodes = fields.boolean(object, "allNodes").value_or(false);
    made.per_device = fields.boolean(object, "perDeviceNodeSelection");
    fields.nested(object, "nodeSelector",
                  [&](const json& selector) { made.selector = read_node_selector(fields, selector); });
    return made;
}

[[nodiscard]] inline std::vector<dialect::dra::version_text> versions_of(std::vector<std::string> texts) {
    std::vector<dialect::dra::version_text> made;
    for (std::string& text : texts) made.push_back({std::move(text)});
    return made;
}
template <class Value>
[[nodiscard]] std::vector<Value> read_values(json_fields& fields, const json& object, const char* name) {
    std::vector<Value> made;
    fields.each(object, name, [&](const json& item) {
        const bool fits = std::is_same_v<Value, bool> ? item.is_boolean() : item.is_number_integer();
        if (fits)
            made.push_back(item.get<Value>());
        else
            fields.fail("item", json_fields::brief(item),
                        std::is_same_v<Value, bool> ? "true or false" : "a whole number");
    });
    return made;
}

/// An attribute; of several values the one that Kubernetes would use.
[[nodiscard]] inline dialect::dra::device_attribute read_attribute(json_fields& fields, const json& object) {
    const auto has = [&](const char* name) { return json_fields::find(object, name) != nullptr; };
    if (has("ints")) return read_values<std::int64_t>(fields, object, "ints");
    if (has("bools")) return read_values<bool>(fields, object, "bools");
    if (has("strings")) return fields.texts(object, "strings");
    if (has("versions")) return versions_of(fields.texts(object, "versions"));
    if (has("int")) return fields.number(object, "int", 0);
    if (has("bool")) return fields.boolean(object, "bool").value_or(false);
    if (has("string")) return fields.text(object, "string");
    if (has("version")) return dialect::dra::version_text{fields.text(object, "version")};
    return std::monostate{};
}

[[nodiscard]] inline dialect::dra::capacity_policy read_policy(json_fields& fields, const json& object) {
    dialect::dra::capacity_policy made;
    made.fallback = read_optional_quantity(fields, object, "default");
    fields.each(object, "validValues",
                [&](const json& value) { made.values.push_back(read_quantity(fields, value, "value")); });
    fields.nested(object, "validRange", [&](const json& range) {
        made.range = dialect::dra::capacity_range{read_optional_quantity(fields, range, "min"),
                                                  read_optional_quantity(fields, range, "max"),
                                                  read_optional_quantity(fields, range, "step")};
        if (made.range->step && !made.range->min) fields.fail("step", made.range->step->text(), "a min as well");
    });
    return made;
}
[[nodiscard]] inline dialect::dra::device_capacity read_capacity(json_fields& fields, const std::string& name,
                                                                 const json& object) {
    dialect::dra::device_capacity made{.name = name};
    made.value = read_optional_quantity(fields, object, "value").value_or(dialect::dra::quantity{});
    fields.nested(object, "requestPolicy", [&](const json& policy) { made.policy = read_policy(fields, policy); });
    return made;
}

[[nodiscard]] inline std::vector<std::pair<std::string, dialect::dra::quantity>> read_counters(json_fields& fields,
                                                                                               const json& object) {
    std::vector<std::pair<std::string, dialect::dra::quantity>> made;
    fields.entries(object, "counters", [&](const std::string& name, const json& counter) {
        made.emplace_back(name, read_optional_quantity(fields, counter, "value").value_or(dialect::dra::quantity{}));
    });
    return made;
}

[[nodiscard]] inline dialect::dra::device read_device(json_fields& fields, const json& object) {
    dialect::dra::device made;
    made.name = fields.needed_text(object, "name");
    fields.entries(object, "attributes", [&](const std::string& name, const json& value) {
        made.attributes.emplace_back(name, read_attribute(fields, value));
    });
    fields.entries(object, "capacity", [&](const std::string& name, const json& value) {
        made.capacity.push_back(read_capacity(fields, name, value));
    });
    fields.each(object, "consumesCounters", [&](const json& use) {
        const json* const groups = json_fields::find(use, "compatibilityGroups");
        made.consumes.push_back(
            {fields.needed_text(use, "counterSet"), read_counters(fields, use), groups != nullptr && !groups->empty()});
    });
    fields.each(object, "taints", [&](const json& taint) {
        made.taints.push_back({fields.text(taint, "key"), fields.text(taint, "value"), fields.text(taint, "effect")});
    });
    made.reach = read_reach(fields, object);
    made.binds_to_node = fields.boolean(object, "bindsToNode").value_or(false);
    made.shareable = fields.boolean(object, "allowMultipleAllocations").value_or(false);
    if (json_fields::find(object, "bindingConditions") != nullptr)
        made.binding_conditions = fields.texts(object, "bindingConditions");
    made.binding_failure_conditions = fields.texts(object, "bindingFailureConditions");
    return made;
}

} // namespace detail

/// Reads a ResourceSlice of resource.k8s.io/v1 (or v1beta2, which is alike).
///
/// @param object  the object
/// @param fields  keeps the first error
/// @return the slice; without meaning where fields has an error
[[nodiscard]] inline dialect::dra::resource_slice read_resource_slice(const nlohmann::json& object,
                                                                      json_fields& fields) {
    dialect::dra::resource_slice made;
    fields.nested(object, "metadata", [&](const nlohmann::json& meta) { made.name = fields.text(meta, "name"); });
    fields.within("ResourceSlice " + made.name, [&] {
        if (fields.text(object, "apiVersion").ends_with("/v1beta1"))
            fields.fail("apiVersion", "resource.k8s.io/v1beta1", "resource.k8s.io/v1");
        fields.nested(object, "spec", [&](const nlohmann::json& spec) {
            made.driver = fields.needed_text(spec, "driver");
            fields.nested(spec, "pool", [&](const nlohmann::json& pool) {
                made.pool = {fields.needed_text(pool, "name"), fields.number(pool, "generation", 0),
                             fields.number(pool, "resourceSliceCount", 0)};
            });
            made.reach = detail::read_reach(fields, spec);
            fields.each(spec, "devices", [&](const nlohmann::json& device) {
                made.devices.push_back(detail::read_device(fields, device));
            });
            fields.each(spec, "sharedCounters", [&](const nlohmann::json& set) {
                made.counters.push_back({fields.needed_text(set, "name"), detail::read_counters(fields, set)});
            });
        });
    });
    return made;
}

} // namespace gpupack::io
