// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_bounds.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_place.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_state.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Depth first through claims, requests and devices; the first complete solution counts.
///
/// The steps are the calls of Kubernetes' allocateOne, but for branches that the bounds cut off.
class first_solution {
  public:
    enum class verdict : std::uint8_t { no, yes, too_many, stopped };

    /// @param order  the devices in the order in which they are tried; empty: as published
    first_solution(const node_devices& devices, std::vector<search_claim>& claims, search_state& state,
                   std::uint64_t step_limit, bool bounded, const std::vector<std::vector<std::size_t>>& order)
        : devices_{devices}, claims_{claims}, state_{state}, bounds_{devices, claims, state, bounded},
          step_limit_{step_limit}, order_{order} {}

    [[nodiscard]] verdict search() { return step(search_place{}); }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

  private:
    verdict step(const search_place& place) {
        ++steps_;
        if (steps_ > step_limit_) {
            state_.fail(failure_kind::step_limit, "more than " + std::to_string(step_limit_) + " steps");
            return verdict::stopped;
        }
        if (place.claim >= claims_.size()) return verdict::yes;
        if (bounds_.hopeless(place)) return verdict::no;
        search_claim& claim = claims_[place.claim];
        if (place.request >= claim.requests.size()) {
            // Another choice for an earlier claim may help: "too many" ends here.
            const verdict rest = step({.claim = place.claim + 1});
            return rest == verdict::too_many ? verdict::no : rest;
        }
        search_request& request = claim.requests[place.request];
        if (request.alternatives && !place.in_alternative) return alternatives(place, request);
        search_demand& demand = request.demands[place.alternative];
        if (demand.takes_all() && demand.all.empty()) return verdict::no;
        if (place.progress >= demand.count) return step({.claim = place.claim, .request = place.request + 1});
        const auto room = most_results - static_cast<std::int64_t>(state_.results()[place.claim].size());
        if (demand.count - place.progress > room) return verdict::too_many;
        return demand.takes_all() ? next_of_all(place, demand) : next_device(place, demand);
    }

    verdict alternatives(const search_place& place, search_request& request) {
        bool all_too_many = true;
        for (std::size_t i = 0; i < request.demands.size(); ++i) {
            search_place next = place;
            next.alternative = i;
            next.in_alternative = true;
            const verdict rest = step(next);
            if (rest == verdict::too_many) continue;
            all_too_many = false;
            if (rest == verdict::yes) request.chosen = i;
            if (rest != verdict::no) return rest;
        }
        return all_too_many ? verdict::too_many : verdict::no;
    }

    verdict next_of_all(const search_place& place, const search_demand& demand) {
        if (!state_.take(place.claim, demand, demand.all[static_cast<std::size_t>(place.progress)], true))
            return state_.failure() ? verdict::stopped : verdict::no;
        search_place next = place;
        ++next.progress;
        next.start = 0;
        const verdict rest = step(next);
        if (rest != verdict::yes) state_.give_back(place.claim);
        return rest;
    }

    verdict next_device(const search_place& place, search_demand& demand) {
        for (std::size_t index = place.start; index < devices_.devices().size(); ++index) {
            const std::size_t device = device_at(place.claim, index);
            if (demand.admin() ? state_.in_use_by(device, place.claim) : state_.in_use(device)) continue;
            const bool possible = state_.selectable(place.claim, demand, device) &&
                                  state_.room(place.claim, demand, device) &&
                                  state_.take(place.claim, demand, device, false);
            if (state_.failure()) return verdict::stopped;
            if (!possible) continue;
            search_place next = place;
            ++next.progress;
            next.start = index + 1;
            const verdict rest = step(next);
            if (rest == verdict::yes) return rest;
            state_.give_back(place.claim);
            if (rest != verdict::no) return rest;
        }
        return verdict::no;
    }

    [[nodiscard]] std::size_t device_at(std::size_t claim, std::size_t index) const {
        return order_.empty() ? index : order_[claim][index];
    }

    const node_devices& devices_;
    std::vector<search_claim>& claims_;
    search_state& state_;
    search_bounds bounds_;
    std::uint64_t step_limit_;
    const std::vector<std::vector<std::size_t>>& order_;
    std::uint64_t steps_ = 0;
};

} // namespace gpupack::dialect::dra::detail
