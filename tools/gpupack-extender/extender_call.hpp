// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace extender {

/// What kube-scheduler asks `filter` and `prioritize`: k8s.io/kube-scheduler/extender/v1, ExtenderArgs.
struct extender_call {
    nlohmann::json pod{};
    std::vector<std::string> nodes{}; ///< Names, in order.
    nlohmann::json node_objects{};    ///< The items of Nodes, in the same order, where names were not sent; else null.
};

/// Reads a body; nothing where it has no pod, or neither names nor nodes.
[[nodiscard]] std::optional<extender_call> read_extender_call(const std::string& body);

/// The highest score of the protocol.
inline constexpr int most_score = 10;

} // namespace extender
