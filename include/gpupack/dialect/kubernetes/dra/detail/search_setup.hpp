// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_state.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>
#include <gpupack/dialect/kubernetes/dra/selector_library.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Checks claims before the search, in upstream's order, and makes them ready for it.
class search_setup {
  public:
    search_setup(const node_devices& devices, std::span<const device_class> classes, selector_library& library,
                 const dra_features& features, const dra_quirks& quirks, search_state& state)
        : devices_{devices}, classes_{classes}, library_{library}, features_{features}, quirks_{quirks}, state_{state} {
    }

    /// Fills in one claim; the state has a failure where that is not possible.
    void prepare(std::vector<search_claim>& problem, std::size_t index, const resource_claim& claim) {
        search_claim& made = problem[index];
        made.claim = &claim;
        std::int64_t least_total = 0;
        made.requests.reserve(claim.requests.size());
        for (const device_request& request : claim.requests) {
            if (!allowed(claim, request)) return;
            std::int64_t least = std::numeric_limits<std::int64_t>::max();
            search_request& one = made.requests.emplace_back();
            one.alternatives = !request.alternatives.empty();
            one.demands.reserve(std::max<std::size_t>(request.alternatives.size(), 1));
            const std::size_t count = one.alternatives ? request.alternatives.size() : 1;
            for (std::size_t i = 0; i < count; ++i) {
                search_demand& demand = one.demands.emplace_back();
                demand.demand = one.alternatives ? &request.alternatives[i].demand : &request.demand;
                demand.request = request.name;
                demand.whole_name = one.alternatives ? request.name + "/" + request.alternatives[i].name : request.name;
                if (!check(index, demand)) return;
                least = std::min(least, demand.count);
            }
            if (least > most_results - least_total)
                return state_.fail(failure_kind::too_many_devices,
                                   "claim " + claim_name(claim) + ", request " + request.name);
            least_total += least;
        }
        for (std::size_t i = 0; i < claim.constraints.size(); ++i) {
            const device_constraint& constraint = claim.constraints[i];
            if (!constraint.match && !constraint.distinct)
                return state_.fail(failure_kind::unknown_constraint,
                                   "claim " + claim_name(claim) + ", constraint " + std::to_string(i + 1));
            made.constraints.emplace_back(constraint, features_, quirks_);
        }
    }

  private:
    [[nodiscard]] bool allowed(const resource_claim& claim, const device_request& request) {
        const std::string name = "claim " + claim_name(claim) + ", request " + request.name;
        if (!features_.first_available && !request.alternatives.empty())
            state_.fail(failure_kind::first_available_disabled, name);
        const auto asks = [](const device_alternative& one) { return one.demand.capacity.has_value(); };
        if (!features_.consumable_capacity &&
            (request.demand.capacity || std::ranges::any_of(request.alternatives, asks)))
            state_.fail(failure_kind::capacity_disabled, name);
        return !state_.failure();
    }

    [[nodiscard]] bool check(std::size_t claim, search_demand& demand) {
        const device_demand& asks = *demand.demand;
        const std::string name = state_.where(claim, demand);
        if (asks.derived) state_.fail(failure_kind::derived_disabled, name);
        if (!std::ranges::all_of(asks.selectors, &std::optional<std::string>::has_value))
            state_.fail(failure_kind::unknown_selector, name);
        if (!features_.admin_access && asks.admin_access) state_.fail(failure_kind::admin_disabled, name);
        if (asks.class_name.empty()) state_.fail(failure_kind::class_unnamed, name);
        const auto found = std::ranges::find(classes_, asks.class_name, &device_class::name);
        if (found == classes_.end()) state_.fail(failure_kind::class_missing, name + ": class " + asks.class_name);
        if (state_.failure()) return false;
        demand.class_of_devices = &*found;
        add_selectors(found->selectors, &found->name, demand);
        add_selectors(asks.selectors, nullptr, demand);
        demand.count = asks.count;
        if (asks.mode == allocation_mode::unknown)
            state_.fail(failure_kind::unknown_mode, name + ": " + asks.mode_text);
        if (asks.mode == allocation_mode::all) list_all(claim, demand, name);
        return !state_.failure();
    }

    void add_selectors(const std::vector<std::optional<std::string>>& selectors, const std::string* class_name,
                       search_demand& demand) {
        for (std::size_t i = 0; i < selectors.size(); ++i)
            demand.selectors.push_back({&library_.find_or_compile(selectors[i].value_or("")), class_name, i});
    }

    /// Finds the devices of mode All; a pool that is not usable is an error, whatever driver it belongs to.
    void list_all(std::size_t claim, search_demand& demand, const std::string& name) {
        std::size_t device = 0;
        for (std::size_t pool = 0; pool < devices_.pools().size(); ++pool) {
            const node_pool& one = devices_.pools()[pool];
            if (one.state == pool_state::incomplete)
                state_.fail(failure_kind::pool_incomplete,
                            name + ": pool " + one.driver + "/" + one.name + " " + one.reason);
            if (one.state == pool_state::invalid)
                state_.fail(failure_kind::pool_invalid,
                            name + ": pool " + one.driver + "/" + one.name + ": " + one.reason);
            for (; device < devices_.devices().size() && devices_.devices()[device].pool == pool; ++device) {
                if (state_.failure()) return;
                if (state_.selectable(claim, demand, device) &&
                    state_.room(claim, demand, device, !quirks_.all_free_only))
                    demand.all.push_back(device);
            }
        }
        demand.count = static_cast<std::int64_t>(demand.all.size());
    }

    const node_devices& devices_;
    std::span<const device_class> classes_;
    selector_library& library_;
    dra_features features_;
    dra_quirks quirks_;
    search_state& state_;
};

} // namespace gpupack::dialect::dra::detail
