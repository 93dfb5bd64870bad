// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// A node as far as devices care: its name and its labels.
struct kubernetes_node {
    std::string name;                                          ///< metadata.name.
    std::vector<std::pair<std::string, std::string>> labels{}; ///< metadata.labels, in any order.

    friend bool operator==(const kubernetes_node&, const kubernetes_node&) = default;
};

/// One condition on a label, or on the field metadata.name.
struct node_requirement {
    std::string key;                   ///< The label.
    std::string comparison;            ///< In, NotIn, Exists, DoesNotExist, Gt or Lt.
    std::vector<std::string> values{}; ///< What it is compared with.

    /// Whether two requirements mean the same: the order of values does not matter.
    ///
    /// @param other  the other requirement
    [[nodiscard]] bool same(const node_requirement& other) const {
        const auto covers = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
            return std::ranges::all_of(
                b, [&](const std::string& value) { return std::ranges::find(a, value) != a.end(); });
        };
        return key == other.key && comparison == other.comparison && covers(values, other.values) &&
               covers(other.values, values);
    }

    friend bool operator==(const node_requirement&, const node_requirement&) = default;
};

/// Conditions that must all hold.
struct node_selector_term {
    std::vector<node_requirement> labels{}; ///< matchExpressions.
    std::vector<node_requirement> fields{}; ///< matchFields.

    friend bool operator==(const node_selector_term&, const node_selector_term&) = default;
};

/// Which nodes: those that one of the terms matches. A term without conditions matches none.
struct node_selector {
    std::vector<node_selector_term> terms{}; ///< nodeSelectorTerms.

    friend bool operator==(const node_selector&, const node_selector&) = default;
};

namespace detail {

[[nodiscard]] inline std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Whether a condition can be evaluated at all.
[[nodiscard]] inline bool is_valid(const node_requirement& requirement, bool field) {
    const std::string& comparison = requirement.comparison;
    if (field) return (comparison == "In" || comparison == "NotIn") && requirement.values.size() == 1;
    if (comparison == "In" || comparison == "NotIn") return !requirement.values.empty();
    if (comparison == "Exists" || comparison == "DoesNotExist") return requirement.values.empty();
    return (comparison == "Gt" || comparison == "Lt") && requirement.values.size() == 1 &&
           number_of(requirement.values[0]);
}

[[nodiscard]] inline bool holds(const node_requirement& requirement, const std::string* value) {
    const std::string& comparison = requirement.comparison;
    const bool listed = value != nullptr && std::ranges::find(requirement.values, *value) != requirement.values.end();
    if (comparison == "In") return listed;
    if (comparison == "NotIn") return !listed;
    if (comparison == "Exists") return value != nullptr;
    if (comparison == "DoesNotExist") return value == nullptr;
    const auto number = value != nullptr ? number_of(*value) : std::nullopt;
    if (!number) return false;
    return comparison == "Gt" ? *number > *number_of(requirement.values[0])
                              : *number < *number_of(requirement.values[0]);
}

[[nodiscard]] inline bool holds(const node_selector_term& term, const kubernetes_node& node) {
    const auto label = [&](const std::string& key) {
        const auto found = std::ranges::find(node.labels, key, &std::pair<std::string, std::string>::first);
        return found == node.labels.end() ? nullptr : &found->second;
    };
    return std::ranges::all_of(term.labels, [&](const node_requirement& one) { return holds(one, label(one.key)); }) &&
           std::ranges::all_of(term.fields, [&](const node_requirement& one) {
               return holds(one, one.key == "metadata.name" ? &node.name : nullptr);
           });
}

} // namespace detail

/// Whether a selector matches a node.
///
/// @param selector  the selector
/// @param node      the node
/// @return the answer, or the requirement that cannot be evaluated; upstream fails then, even if another term matches.
[[nodiscard]] inline expected<bool, input_error> matches(const node_selector& selector, const kubernetes_node& node) {
    bool any = false;
    for (const node_selector_term& term : selector.terms) {
        for (const node_requirement& requirement : term.labels)
            if (!detail::is_valid(requirement, false))
                return bad_input("node selector", requirement.key + " " + requirement.comparison,
                                 "an operator with its number of values");
        for (const node_requirement& requirement : term.fields)
            if (!detail::is_valid(requirement, true))
                return bad_input("node selector", requirement.key + " " + requirement.comparison,
                                 "In or NotIn with one value");
        if (!any && !(term.labels.empty() && term.fields.empty())) any = detail::holds(term, node);
    }
    return any;
}

} // namespace gpupack::dialect::dra
