// SPDX-License-Identifier: Apache-2.0
#include "extender_call.hpp"

#include "objects.hpp"

#include <utility>

namespace extender {

std::optional<extender_call> read_extender_call(const std::string& body) {
    nlohmann::json request = nlohmann::json::parse(body, nullptr, false);
    if (!request.is_object() || !request.contains("Pod") || !request["Pod"].is_object()) return std::nullopt;
    extender_call made{.pod = std::move(request["Pod"])};
    if (request.contains("NodeNames") && request["NodeNames"].is_array()) {
        made.nodes.reserve(request["NodeNames"].size());
        for (nlohmann::json& name : request["NodeNames"])
            if (name.is_string()) made.nodes.push_back(std::move(name.get_ref<std::string&>()));
        return made;
    }
    if (!request.contains("Nodes") || !request["Nodes"].is_object() || !request["Nodes"].contains("items") ||
        !request["Nodes"]["items"].is_array())
        return std::nullopt;
    made.node_objects = std::move(request["Nodes"]["items"]);
    for (const nlohmann::json& node : made.node_objects) made.nodes.push_back(key_of(node));
    return made;
}

} // namespace extender
