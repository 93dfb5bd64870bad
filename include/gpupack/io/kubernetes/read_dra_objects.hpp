// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/allocated_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_slice.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>
#include <gpupack/io/kubernetes/read_resource_claim.hpp>
#include <gpupack/io/kubernetes/read_resource_slice.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// What a cluster says about devices.
struct dra_objects {
    std::vector<dialect::dra::kubernetes_node> nodes{}; ///< Nodes, in the order of the list.
    std::vector<dialect::dra::device_class> classes{};  ///< Device classes.
    std::vector<dialect::dra::resource_slice> slices{}; ///< Slices, in the order of the list.
    std::vector<dialect::dra::resource_claim> claims{}; ///< Claims, in the order of the list.
    std::vector<std::size_t> claim_items{};             ///< Where each claim stands in the list.
    std::size_t others = 0;                             ///< Objects of other kinds, which were not read.
};

/// Claims by whether they are allocated.
struct claims_by_state {
    dialect::dra::allocated_devices in_use{};                ///< What the allocated ones have.
    std::vector<const dialect::dra::resource_claim*> open{}; ///< Those that are to be allocated, in their order.
};

/// Parts claims; the result points to them.
[[nodiscard]] inline claims_by_state part_claims(const std::vector<dialect::dra::resource_claim>& claims) {
    claims_by_state parted;
    for (const dialect::dra::resource_claim& claim : claims) {
        if (claim.allocation)
            parted.in_use.add(*claim.allocation);
        else
            parted.open.push_back(&claim);
    }
    return parted;
}

/// Reads the name and the labels of a Node.
///
/// @param object  the object
/// @param fields  keeps the first error
[[nodiscard]] inline dialect::dra::kubernetes_node read_kubernetes_node(const nlohmann::json& object,
                                                                        json_fields& fields) {
    dialect::dra::kubernetes_node made;
    fields.nested(object, "metadata", [&](const nlohmann::json& meta) {
        made.name = fields.needed_text(meta, "name");
        fields.entries(meta, "labels", [&](const std::string& key, const nlohmann::json& value) {
            if (value.is_string())
                made.labels.emplace_back(key, value.get<std::string>());
            else
                fields.fail(key, json_fields::brief(value), "a string");
        });
    });
    return made;
}

/// Reads a List as `kubectl get nodes,deviceclasses,resourceslices,resourceclaims -A -o json` prints it.
///
/// The lists of the API server, whose items do not name their kind, are read as well.
///
/// @param document  the list, or one object
/// @param file      named in errors
/// @return the objects, or the first field that is wrong
[[nodiscard]] inline expected<dra_objects, input_error> read_dra_objects(const nlohmann::json& document,
                                                                         const std::string& file = {}) {
    json_fields fields{file};
    dra_objects made;
    std::string kind_of_items = fields.text(document, "kind");
    const bool is_list = kind_of_items.ends_with("List");
    if (!is_list && json_fields::find(document, "kind") == nullptr)
        fields.fail("kind", json_fields::brief(document), "a List of Kubernetes objects");
    std::size_t item = 0;
    const auto read_item = [&](const nlohmann::json& object) {
        std::string kind = fields.text(object, "kind");
        if (kind.empty()) kind = kind_of_items;
        if (kind == "Node") {
            made.nodes.push_back(read_kubernetes_node(object, fields));
        } else if (kind == "DeviceClass") {
            made.classes.push_back(read_device_class(object, fields));
        } else if (kind == "ResourceSlice") {
            made.slices.push_back(read_resource_slice(object, fields));
        } else if (kind == "ResourceClaim") {
            made.claims.push_back(read_resource_claim(object, fields));
            made.claim_items.push_back(item);
        } else {
            ++made.others;
        }
        ++item;
    };
    if (is_list) {
        kind_of_items.resize(kind_of_items.size() - 4);
        fields.each(document, "items", read_item);
    } else if (!fields.error()) {
        read_item(document);
    }
    if (fields.error()) return unexpected<input_error>{*fields.error()};
    return made;
}

} // namespace gpupack::io
