// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// The values of an attribute as constraints compare them: of one type, as text, sorted.
struct attribute_values {
    int type = 0; ///< 0: not known.
    std::vector<std::string> values{};

    [[nodiscard]] bool known() const noexcept { return type != 0; }
    [[nodiscard]] attribute_values common(const attribute_values& other) const {
        attribute_values both{type, {}};
        if (type != other.type) return {};
        std::ranges::set_intersection(values, other.values, std::back_inserter(both.values));
        return both.values.empty() ? attribute_values{} : both;
    }
};

/// The values of an attribute: one, or those of a list where lists are switched on.
[[nodiscard]] inline attribute_values values_of(const device_attribute& attribute, bool lists) {
    attribute_values result;
    if (const auto* number = std::get_if<std::int64_t>(&attribute)) result = {1, {std::to_string(*number)}};
    if (const auto* boolean = std::get_if<bool>(&attribute)) result = {2, {*boolean ? "true" : "false"}};
    if (const auto* text = std::get_if<std::string>(&attribute)) result = {3, {*text}};
    if (const auto* version = std::get_if<version_text>(&attribute)) result = {4, {version->text}};
    if (!lists || result.known()) return result;
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute))
        for (const std::int64_t number : *numbers) result.values.push_back(std::to_string(number));
    if (const auto* booleans = std::get_if<std::vector<bool>>(&attribute))
        for (const bool boolean : *booleans) result.values.emplace_back(boolean ? "true" : "false");
    if (const auto* texts = std::get_if<std::vector<std::string>>(&attribute)) result.values = *texts;
    if (const auto* versions = std::get_if<std::vector<version_text>>(&attribute))
        for (const version_text& version : *versions) result.values.push_back(version.text);
    if (result.values.empty()) return result;
    result.type = std::holds_alternative<std::vector<std::int64_t>>(attribute)  ? 1
                  : std::holds_alternative<std::vector<bool>>(attribute)        ? 2
                  : std::holds_alternative<std::vector<std::string>>(attribute) ? 3
                                                                                : 4;
    std::sort(result.values.begin(), result.values.end());
    result.values.erase(std::unique(result.values.begin(), result.values.end()), result.values.end());
    return result;
}

/// A constraint of a claim and the devices that it has seen so far.
class constraint_state {
  public:
    constraint_state(const device_constraint& constraint, const dra_features& features, const dra_quirks& quirks)
        : constraint_{&constraint}, match_{constraint.match.has_value()}, lists_{features.list_attributes},
          quirks_{quirks} {}

    [[nodiscard]] bool match() const noexcept { return match_; }
    [[nodiscard]] bool started() const noexcept { return !stack_.empty(); }
    [[nodiscard]] bool lists() const noexcept { return lists_; }
    [[nodiscard]] const attribute_values& common() const noexcept { return common_; }
    [[nodiscard]] const std::string& attribute() const { return match_ ? *constraint_->match : *constraint_->distinct; }

    /// Whether the constraint is about a request, or about an alternative of it.
    [[nodiscard]] bool concerns(const std::string& request, const std::string& whole_name) const {
        const std::vector<std::string>& names = constraint_->requests;
        return names.empty() || std::ranges::find(names, request) != names.end() ||
               std::ranges::find(names, whole_name) != names.end();
    }

    /// Takes a device, or refuses it; nothing changes then.
    [[nodiscard]] bool add(const std::string& request, const device& one, std::string_view driver) {
        const device_attribute* const found = find_attribute(one, driver, attribute());
        if (found == nullptr) return false;
        attribute_values values = values_of(*found, lists_);
        return match_ ? add_match(std::move(values)) : add_distinct(request, std::move(values));
    }

    /// Forgets the device that was taken last.
    void remove(const std::string& request) {
        attribute_values before = std::move(stack_.back().before);
        stack_.pop_back();
        if (match_ && !quirks_.narrowed_lists) common_ = std::move(before);
        if (!match_ && quirks_.distinct_by_request)
            for (entry& one : stack_)
                if (one.request == request) one.forgotten = true; // with all earlier devices of the request
    }

  private:
    struct entry {
        std::string request;
        attribute_values before; ///< What was common before; of a distinct constraint: the device's values.
        bool forgotten = false;
    };

    [[nodiscard]] bool add_match(attribute_values values) {
        if (stack_.empty()) {
            if (lists_ && !values.known()) return false;
            stack_.push_back({});
            common_ = std::move(values);
            return true;
        }
        attribute_values both = values.known() && common_.known() ? common_.common(values) : attribute_values{};
        if (!both.known()) return false;
        stack_.push_back({{}, common_});
        if (lists_) common_ = std::move(both);
        return true;
    }

    [[nodiscard]] bool add_distinct(const std::string& request, attribute_values values) {
        if (lists_ && !values.known()) return false;
        if (!stack_.empty() && !values.known()) return false;
        for (std::size_t i = 0; i < stack_.size(); ++i)
            if (counts(i) && stack_[i].before.known() && values.common(stack_[i].before).known()) return false;
        stack_.push_back({request, std::move(values)});
        return true;
    }

    /// Whether an earlier device is still remembered: with the quirk only the last one of each request.
    [[nodiscard]] bool counts(std::size_t index) const {
        if (!quirks_.distinct_by_request) return true;
        if (stack_[index].forgotten) return false;
        for (std::size_t i = index + 1; i < stack_.size(); ++i)
            if (stack_[i].request == stack_[index].request && !stack_[i].forgotten) return false;
        return true;
    }

    const device_constraint* constraint_;
    bool match_;
    bool lists_;
    dra_quirks quirks_;
    std::vector<entry> stack_;
    attribute_values common_;
};

} // namespace gpupack::dialect::dra::detail
