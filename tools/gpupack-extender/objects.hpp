// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace extender {

/// The kinds of objects that a view follows.
enum class object_kind { node, device_class, resource_slice, resource_claim, pod, config_map };

/// What watches do with the objects that they hear of.
struct object_sink {
    /// Puts an object in, or replaces it. Returns what is wrong with it.
    std::function<std::optional<std::string>(object_kind kind, const nlohmann::json& object)> put;
    /// Drops an object.
    std::function<void(object_kind kind, const nlohmann::json& object)> remove;
    /// Drops all objects of a kind that a fresh list does not name.
    std::function<void(object_kind kind, const std::vector<std::string>& keys)> keep_only;
};

/// "namespace/name", or the name.
[[nodiscard]] std::string key_of(const nlohmann::json& object);

} // namespace extender
