// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// How a device's capacities answer a request, apart from what is in use.
enum class capacity_answer : std::uint8_t { yes, no, not_representable };

/// Whether a range is counted in thousandths: if each of its ends and its step is a whole number of them.
[[nodiscard]] inline bool counts_thousandths(const capacity_range& range, bool fractional) {
    if (!fractional) return false;
    for (const std::optional<quantity>* end : {&range.min, &range.max, &range.step})
        if (*end && !(*end)->exact_thousandths()) return false;
    return !range.step || *range.step->exact_thousandths() >= 1;
}

/// The number of steps from min that reaches an amount, times step, plus min; nothing where 64 bits do not hold it.
[[nodiscard]] inline std::optional<std::int64_t> stepped(std::int64_t amount, std::int64_t min, std::int64_t step) {
    if (step == 0) return std::nullopt;
    const wide steps = ceiling(wide{amount} - min, step > 0 ? step : 1);
    const wide reached = min + wide{step} * (step > 0 ? steps : (wide{amount} - min) / step);
    if (reached != clamped(reached)) return std::nullopt;
    return static_cast<std::int64_t>(reached);
}

/// An amount moved up to what a range allows; nothing where it cannot be represented.
[[nodiscard]] inline std::optional<quantity> rounded_up(const quantity& amount, const capacity_range& range,
                                                        bool fractional) {
    if (amount < *range.min) return range.min;
    if (!range.step) return amount;
    if (counts_thousandths(range, fractional)) {
        const auto thousandths = amount.exact_thousandths();
        if (!thousandths) return std::nullopt;
        const auto reached = stepped(*thousandths, *range.min->exact_thousandths(), *range.step->exact_thousandths());
        if (!reached) return std::nullopt;
        return *reached % 1000 == 0 ? quantity::whole(*reached / 1000, range.step->style())
                                    : quantity::thousandths(*reached, range.step->style());
    }
    if (amount.nanos() > wide{std::numeric_limits<std::int64_t>::max()} * nanos_in_one) return std::nullopt;
    const auto reached = stepped(amount.ceiling(), range.min->ceiling(), range.step->ceiling());
    return reached ? std::optional{quantity::whole(*reached, range.step->style())} : std::nullopt;
}

/// What a request takes of a capacity; nothing where it cannot be represented.
[[nodiscard]] inline std::optional<quantity> consumption(const quantity* amount, const device_capacity& capacity,
                                                         bool fractional) {
    const std::optional<capacity_policy>& policy = capacity.policy;
    if (amount == nullptr) return policy && policy->fallback ? policy->fallback : std::optional{capacity.value};
    if (!policy) return *amount;
    if (policy->range && policy->range->min) return rounded_up(*amount, *policy->range, fractional);
    for (const quantity& value : policy->values)
        if (*amount <= value) return value;
    return *amount;
}

[[nodiscard]] inline bool violates(const quantity& amount, const capacity_range& range, bool fractional) {
    if (range.max && amount > *range.max) return true;
    if (!range.step) return false;
    const quantity least = range.min.value_or(quantity{});
    if (counts_thousandths(range, fractional)) {
        const auto thousandths = amount.exact_thousandths();
        return !thousandths ||
               (*thousandths - least.exact_thousandths().value_or(0)) % *range.step->exact_thousandths() != 0;
    }
    const std::int64_t step = range.step->ceiling();
    return step == 0 || (wide{amount.ceiling()} - least.ceiling()) % step != 0;
}

[[nodiscard]] inline bool violates(const quantity& amount, const std::optional<capacity_policy>& policy,
                                   bool fractional) {
    if (!policy || (policy->fallback && amount.identical(*policy->fallback))) return false;
    if (policy->range) return violates(amount, *policy->range, fractional);
    return !policy->values.empty() && std::ranges::find(policy->values, amount) == policy->values.end();
}

/// Whether a device can give what is asked of its capacities while nothing is in use, and what it takes of each.
///
/// An amount that cannot be represented comes before one that does not fit, whatever their order.
[[nodiscard]] inline capacity_answer capacity_plan(const device_demand& demand, const device& one, bool fractional,
                                                   std::vector<quantity>& amounts) {
    amounts.clear();
    const auto asks = [&](const std::string& name) -> const quantity* {
        if (!demand.capacity) return nullptr;
        const auto found = std::ranges::find(*demand.capacity, name, &std::pair<std::string, quantity>::first);
        return found == demand.capacity->end() ? nullptr : &found->second;
    };
    if (demand.capacity)
        for (const auto& [name, amount] : *demand.capacity)
            if (std::ranges::find(one.capacity, name, &device_capacity::name) == one.capacity.end())
                return capacity_answer::no;
    for (const device_capacity& capacity : one.capacity) {
        const auto amount = consumption(asks(capacity.name), capacity, fractional);
        if (!amount || amount->nanos() < 0) return capacity_answer::not_representable;
        amounts.push_back(*amount);
    }
    for (std::size_t i = 0; i < amounts.size(); ++i)
        if (violates(amounts[i], one.capacity[i].policy, fractional)) return capacity_answer::no;
    return capacity_answer::yes;
}

} // namespace gpupack::dialect::dra::detail
