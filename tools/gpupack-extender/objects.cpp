// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"

#include <gpupack/io/kubernetes/json_fields.hpp>

namespace extender {

std::string key_of(const nlohmann::json& object) {
    using gpupack::io::json_fields;
    const nlohmann::json* const meta = json_fields::find(object, "metadata");
    if (meta == nullptr) return {};
    const auto text = [&](const char* name) {
        const nlohmann::json* const value = json_fields::find(*meta, name);
        return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
    };
    const std::string name_space = text("namespace");
    return name_space.empty() ? text("name") : name_space + "/" + text("name");
}

} // namespace extender
