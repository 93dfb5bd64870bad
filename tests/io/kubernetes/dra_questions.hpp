// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>
#include <gpupack/io/kubernetes/read_dra_objects.hpp>
#include <gpupack/io/kubernetes/write_allocation.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// Cases as objects with an answer, and answers in forms that can be compared.
namespace dra_questions {

namespace dra = gpupack::dialect::dra;
using nlohmann::json;

/// {"outcome", "error", "claims"} of a case {"features", "node", "list"}.
inline json answer(const json& question) {
    std::string names;
    for (const json& name : question.at("features")) names.append(name.get<std::string>()).append(",");
    const dra::dra_features features = dra::features_named(names).first;
    const auto objects = gpupack::io::read_dra_objects(question.at("list"));
    if (!objects) return {{"outcome", "error"}, {"error", objects.error().message()}};
    const auto node =
        std::ranges::find(objects->nodes, question.at("node").get<std::string>(), &dra::kubernetes_node::name);
    const auto devices = dra::node_devices::gather(objects->slices, *node, features);
    if (!devices) return {{"outcome", "error"}, {"error", name_of(devices.error().kind)}};
    dra::allocated_devices in_use;
    std::vector<const dra::resource_claim*> open;
    for (const dra::resource_claim& claim : objects->claims) {
        if (claim.allocation)
            in_use.add(*claim.allocation);
        else
            open.push_back(&claim);
    }
    dra::device_allocator allocator{objects->classes, {.features = features}};
    const auto outcome = allocator.allocate(*devices, dra::node_use{*devices, in_use}, open);
    if (outcome.failure) return {{"outcome", "error"}, {"error", name_of(outcome.failure->kind)}};
    if (!outcome.allocated) return {{"outcome", "none"}};
    json made{{"outcome", "allocated"}, {"claims", json::array()}};
    for (const dra::claim_allocation& claim : outcome.claims)
        made["claims"].push_back(gpupack::io::allocation_json(claim));
    return made;
}

/// An answer without the text of its error and without what is random.
inline json plain(json answer) {
    answer.erase("error");
    if (answer.at("outcome") == "allocated" && !answer.contains("claims")) answer["claims"] = json::array();
    if (!answer.contains("claims")) return answer;
    for (json& claim : answer["claims"]) {
        if (!claim["devices"].contains("results")) continue;
        for (json& device : claim["devices"]["results"])
            if (device.contains("shareID")) device["shareID"] = "share";
    }
    return answer;
}

inline json sorted(json list) {
    std::vector<json> items = list.get<std::vector<json>>();
    std::ranges::sort(items);
    return items;
}

/// Requirements as the short form has them.
inline json short_requirements(const json& term, const char* name) {
    json made = json::array();
    if (term.contains(name))
        for (const json& one : term.at(name))
            made.push_back(
                {{"key", one.at("key")}, {"op", one.at("operator")}, {"values", one.value("values", json::array())}});
    return sorted(made);
}

/// The short form with what may stand in any order sorted, and amounts in canonical form.
inline json ordered(const json& expected) {
    if (expected.at("outcome") == "error") return {{"outcome", "error"}, {"error", expected.at("error")}};
    if (expected.at("outcome") == "none") return {{"outcome", "none"}};
    json made{{"outcome", "allocated"}, {"claims", json::array()}};
    for (json claim : expected.at("claims")) {
        json devices = json::array();
        for (json device : claim.value("devices", json::array())) {
            if (device.contains("consumed"))
                for (auto& [name, amount] : device["consumed"].items())
                    amount = dra::quantity::parse(amount.get<std::string>())->text();
            devices.push_back(device);
        }
        json terms = json::array();
        for (const json& term : claim.value("available_on", json::array())) {
            json one = json::object();
            for (const char* name : {"labels", "fields"}) {
                one[name] = json::array();
                if (!term.contains(name)) continue;
                for (const json& requirement : term.at(name))
                    one[name].push_back({{"key", requirement.at("key")},
                                         {"op", requirement.at("op")},
                                         {"values", requirement.value("values", json::array())}});
                one[name] = sorted(one[name]);
            }
            terms.push_back(one);
        }
        made["claims"].push_back(
            {{"devices", sorted(devices)}, {"available_on", terms}, {"config", claim.value("config", json::array())}});
    }
    return made;
}

/// An answer in the short form of the case files.
inline json short_form(const json& answer) {
    if (answer.at("outcome") != "allocated") return answer;
    json made{{"outcome", "allocated"}, {"claims", json::array()}};
    for (const json& claim : answer.at("claims")) {
        json devices = json::array();
        for (const json& one : claim.at("devices").value("results", json::array())) {
            json device{{"request", one.at("request")},
                        {"driver", one.at("driver")},
                        {"pool", one.at("pool")},
                        {"device", one.at("device")}};
            if (one.contains("adminAccess")) device["admin"] = true;
            if (one.contains("shareID")) device["shared"] = true;
            const std::vector<std::pair<const char*, const char*>> same{
                {"consumedCapacity", "consumed"},
                {"bindingConditions", "binding_conditions"},
                {"bindingFailureConditions", "binding_failure_conditions"}};
            for (const auto& [long_name, short_name] : same)
                if (one.contains(long_name)) device[short_name] = one.at(long_name);
            for (json toleration : one.value("tolerations", json::array())) {
                if (toleration.contains("operator")) {
                    toleration["op"] = toleration["operator"];
                    toleration.erase("operator");
                }
                device["tolerations"].push_back(toleration);
            }
            devices.push_back(device);
        }
        json terms = json::array();
        if (claim.contains("nodeSelector"))
            for (const json& term : claim.at("nodeSelector").at("nodeSelectorTerms"))
                terms.push_back({{"labels", short_requirements(term, "matchExpressions")},
                                 {"fields", short_requirements(term, "matchFields")}});
        json configuration = json::array();
        for (const json& one : claim.at("devices").value("config", json::array())) {
            json entry{{"source", one.at("source") == "FromClass" ? "class" : "claim"},
                       {"driver", one.at("opaque").at("driver")},
                       {"parameters", one.at("opaque").at("parameters")}};
            if (one.contains("requests")) entry["requests"] = one.at("requests");
            configuration.push_back(entry);
        }
        made["claims"].push_back({{"devices", sorted(devices)}, {"available_on", terms}, {"config", configuration}});
    }
    return made;
}

} // namespace dra_questions
