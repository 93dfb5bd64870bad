// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/capacity_rules.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/counter_accounts.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Whether a device's taints keep a request away.
[[nodiscard]] inline bool tainted(const device& one, const device_demand& demand) {
    const auto tolerates = [](const device_toleration& toleration, const device_taint& taint) {
        if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
        if (!toleration.key.empty() && toleration.key != taint.key) return false;
        if (toleration.comparison == "Exists") return true;
        return (toleration.comparison.empty() || toleration.comparison == "Equal") && toleration.value == taint.value;
    };
    return std::ranges::any_of(one.taints, [&](const device_taint& taint) {
        const bool effective = taint.effect == "NoSchedule" || taint.effect == "NoExecute";
        return effective && std::ranges::none_of(demand.tolerations, [&](const device_toleration& toleration) {
                   return tolerates(toleration, taint);
               });
    });
}

/// A device that the search took.
struct taken_device {
    std::size_t device = 0;
    const search_demand* demand = nullptr;
    std::vector<quantity> amounts{}; ///< What a share takes of each capacity.
    bool shared = false;
    bool charged = false;
    bool marked = false;
};

/// The state of a search: which devices are taken for which claim, and how a device is taken and given back.
class search_state {
  public:
    search_state(const node_devices& devices, const node_use& use, std::vector<search_claim>& claims,
                 const dra_features& features, const dra_quirks& quirks)
        : devices_{devices}, use_{use}, claims_{claims}, features_{features}, quirks_{quirks}, accounts_{devices, use},
          takers_(devices.devices().size()), using_(devices.devices().size()), shares_(devices.devices().size()),
          results_(claims.size()) {}

    [[nodiscard]] const std::vector<std::vector<taken_device>>& results() const noexcept { return results_; }
    [[nodiscard]] std::vector<std::vector<taken_device>>& results() noexcept { return results_; }
    [[nodiscard]] const std::optional<dra_failure>& failure() const noexcept { return failure_; }
    [[nodiscard]] counter_accounts& accounts() noexcept { return accounts_; }

    void fail(failure_kind kind, std::string message) {
        if (!failure_) failure_ = dra_failure{kind, std::move(message)};
    }

    /// Whether a device is taken, before or for any claim.
    [[nodiscard]] bool in_use(std::size_t device) const { return use_.exclusive(device) || !takers_[device].empty(); }
    /// Whether a device is taken for a claim.
    [[nodiscard]] bool in_use_by(std::size_t device, std::size_t claim) const {
        return std::ranges::find(takers_[device], claim) != takers_[device].end();
    }
    [[nodiscard]] bool shareable(std::size_t device) const {
        return features_.consumable_capacity && devices_.devices()[device].content->shareable;
    }

    /// Whether the selectors accept a device; a failure where one of them fails.
    [[nodiscard]] bool selectable(std::size_t claim, search_demand& demand, std::size_t device) {
        const node_device& one = devices_.devices()[device];
        if (!features_.binding_conditions && one.content->binding_conditions &&
            !one.content->binding_conditions->empty())
            return false;
        if (demand.matches.empty()) demand.matches.resize(devices_.devices().size());
        match_answer& answer = demand.matches[device];
        if (answer == match_answer::unknown) {
            const bool matching = matches(claim, demand, one);
            if (failure_) return false;
            answer = matching ? match_answer::yes : match_answer::no;
        }
        return answer == match_answer::yes;
    }

    /// Whether asking for a device, now or later, cannot end in an error.
    [[nodiscard]] bool is_safe(std::size_t claim, search_demand& demand, std::size_t device) {
        if (failure_) return false;
        const bool selected = selectable(claim, demand, device);
        if (selected && features_.consumable_capacity) static_cast<void>(room(claim, demand, device));
        const bool safe = !failure_;
        failure_.reset(); // only looked ahead
        return safe;
    }
    /// Whether a device is out of the question for a demand, whatever else is taken.
    [[nodiscard]] bool refuses(const search_demand& demand, std::size_t device) const {
        const dra::device& one = *devices_.devices()[device].content;
        return (features_.taints && tainted(one, *demand.demand)) ||
               (!features_.partitionable && !one.consumes.empty());
    }

    /// Whether a device has room for a request, on top of what is in use or on its own.
    [[nodiscard]] bool room(std::size_t claim, const search_demand& demand, std::size_t device, bool unused = false) {
        if (!features_.consumable_capacity) return true;
        const dra::device& one = *devices_.devices()[device].content;
        if (one.capacity.empty() && (!demand.demand->capacity || demand.demand->capacity->empty())) return true;
        const capacity_answer answer = capacity_plan(*demand.demand, one, features_.fractional_range, amounts_);
        if (answer == capacity_answer::not_representable)
            fail(failure_kind::capacity_not_representable, where(claim, demand) + ": device " + name_of_device(device) +
                                                               ": an amount that is negative or cannot be represented");
        if (answer != capacity_answer::yes) return false;
        for (std::size_t i = 0; i < amounts_.size(); ++i) {
            wide total = amounts_[i].nanos();
            if (!unused) total += use_.consumed(device, i) + (using_[device].empty() ? 0 : using_[device][i]);
            if (total > one.capacity[i].value.nanos()) return false;
        }
        return true;
    }

    /// Takes a device for a demand of a claim; false, and nothing changed, where it cannot be had.
    [[nodiscard]] bool take(std::size_t claim, const search_demand& demand, std::size_t device, bool must) {
        const node_device& one = devices_.devices()[device];
        const bool shared = shareable(device);
        if (!shared && demand.admin() && in_use_by(device, claim)) return false;
        if (!demand.admin() && in_use(device)) return false;
        if (!one.content->consumes.empty() && !features_.partitionable) return false;
        taken_device pick{.device = device, .demand = &demand, .shared = shared};
        const bool counted = shared && (use_.shared(device) || shares_[device] > 0);
        if (!counted && !one.content->consumes.empty()) {
            if (!accounts_.charge(one)) return false;
            pick.charged = true;
        }
        if (features_.taints && tainted(*one.content, *demand.demand)) return refuse(one, pick);
        std::vector<constraint_state>& constraints = claims_[claim].constraints;
        for (std::size_t i = 0; i < constraints.size(); ++i) {
            if (!constraints[i].concerns(demand.request, demand.whole_name)) continue;
            if (constraints[i].add(demand.request, *one.content, devices_.pools()[one.pool].driver)) continue;
            if (must)
                fail(failure_kind::all_devices_break_constraint,
                     where(claim, demand) + ": device " + name_of_device(device));
            forget(claim, demand, i);
            return refuse(one, pick);
        }
        if (!room(claim, demand, device)) {
            if (!quirks_.leaked_counters) forget(claim, demand, constraints.size());
            return refuse(one, pick);
        }
        if (shared) {
            share(device, one, demand, pick);
        } else {
            takers_[device].push_back(claim);
            pick.marked = true;
        }
        results_[claim].push_back(std::move(pick));
        return true;
    }

    /// Gives the device back that was taken last for a claim.
    void give_back(std::size_t claim) {
        const taken_device pick = std::move(results_[claim].back());
        results_[claim].pop_back();
        const node_device& one = devices_.devices()[pick.device];
        forget(claim, *pick.demand, claims_[claim].constraints.size());
        if (pick.shared) {
            --shares_[pick.device];
            for (std::size_t i = 0; i < pick.amounts.size(); ++i) using_[pick.device][i] -= pick.amounts[i].nanos();
        } else {
            std::erase(takers_[pick.device], claim);
        }
        if (pick.charged && !(pick.shared && quirks_.leaked_counters)) accounts_.refund(one);
    }

    [[nodiscard]] std::string where(std::size_t claim, const search_demand& demand) const {
        return "claim " + claim_name(*claims_[claim].claim) + ", request " + demand.whole_name;
    }
    [[nodiscard]] std::string name_of_device(std::size_t device) const {
        const node_device& one = devices_.devices()[device];
        const node_pool& pool = devices_.pools()[one.pool];
        return pool.driver + "/" + pool.name + "/" + one.content->name;
    }

  private:
    [[nodiscard]] bool matches(std::size_t claim, const search_demand& demand, const node_device& one) {
        for (const placed_selector& placed : demand.selectors) {
            const auto source = [&] {
                const std::string origin =
                    placed.class_name != nullptr ? "class " + *placed.class_name : where(claim, demand);
                return origin + ": selector " + std::to_string(placed.number + 1);
            };
            if (!*placed.compiled) {
                fail(failure_kind::selector_does_not_compile, source() + ": " + placed.compiled->error().message());
                return false;
            }
            const auto answer = (*placed.compiled)->evaluate(*one.view);
            if (!answer) {
                const auto kind =
                    one.view->error().empty() ? failure_kind::selector_fails : failure_kind::attribute_without_value;
                fail(kind, source() + " on device " + one.content->name + ": " + answer.error());
                return false;
            }
            if (!*answer) return false;
        }
        if (!one.slice->reach.per_device.value_or(false)) return true;
        const auto reached = reaches(one.content->reach, devices_.node());
        if (!reached)
            fail(failure_kind::node_selector_invalid, "device " + one.content->name + ": " + reached.error().message());
        return reached && *reached;
    }

    /// Takes back what was done before a refusal.
    [[nodiscard]] bool refuse(const node_device& one, const taken_device& pick) {
        if (pick.charged && !quirks_.leaked_counters) accounts_.refund(one);
        return false;
    }
    /// Removes a device from the first constraints of a claim, the last first.
    void forget(std::size_t claim, const search_demand& demand, std::size_t count) {
        std::vector<constraint_state>& constraints = claims_[claim].constraints;
        for (std::size_t i = count; i-- > 0;)
            if (constraints[i].concerns(demand.request, demand.whole_name)) constraints[i].remove(demand.request);
    }
    void share(std::size_t device, const node_device& one, const search_demand& demand, taken_device& pick) {
        if (capacity_plan(*demand.demand, *one.content, features_.fractional_range, pick.amounts) !=
            capacity_answer::yes)
            return;
        if (using_[device].empty()) using_[device].resize(one.content->capacity.size());
        for (std::size_t i = 0; i < pick.amounts.size(); ++i) using_[device][i] += pick.amounts[i].nanos();
        ++shares_[device];
    }

    const node_devices& devices_;
    const node_use& use_;
    std::vector<search_claim>& claims_;
    dra_features features_;
    dra_quirks quirks_;
    counter_accounts accounts_;
    std::vector<std::vector<std::size_t>> takers_;   // by device: claims that take all of it
    std::vector<std::vector<wide>> using_;           // by device and capacity: what shares of this search take
    std::vector<int> shares_;                        // by device
    std::vector<std::vector<taken_device>> results_; // by claim
    std::vector<quantity> amounts_;                  // scratch
    std::optional<dra_failure> failure_;
};

} // namespace gpupack::dialect::dra::detail
