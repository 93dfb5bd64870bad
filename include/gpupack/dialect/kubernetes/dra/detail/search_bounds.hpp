// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/constraint_state.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/matching.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_place.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_state.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Cuts off branches of a search that have no solution, so that the first solution stays the same.
///
/// Four necessary conditions of a looser problem: a request has as many candidates as it needs; all open requests can be
/// matched with a device each; some value of an open matchAttribute allows that; the least needs of counters fit in what
/// is left. Left alone: alternatives, All, admin access, shareable devices, and every search that might end in an error.
class search_bounds {
  public:
    search_bounds(const node_devices& devices, std::vector<search_claim>& claims, search_state& state, bool enabled)
        : devices_{devices}, claims_{claims}, state_{state}, matching_{devices.devices().size()}, on_{enabled &&
                                                                                                      worthwhile()} {}

    /// Whether no solution lies beyond a place.
    [[nodiscard]] bool hopeless(const search_place& place) {
        if (!on_) return false;
        if (!safe_) safe_ = cannot_fail();
        if (!*safe_) return false;
        std::vector<open_demand> open;
        if (!open_demands(place, open)) return false;
        std::vector<matching_row> rows;
        for (open_demand& one : open) {
            one.bounded = candidates(one);
            if (!one.bounded) continue;
            if (one.row.candidates.size() < one.row.need) return true;
        }
        std::erase_if(open, [](const open_demand& one) { return !one.bounded; });
        if (open.empty()) return false;
        for (const open_demand& one : open) rows.push_back(one.row);
        if (!matching_.complete(rows)) return true;
        return values_run_out(open) || counters_run_out(open);
    }

  private:
    struct open_demand {
        std::size_t claim = 0;
        search_demand* demand = nullptr;
        std::size_t start = 0;
        matching_row row{};
        bool bounded = false;
    };

    /// Whether more than one device is asked for: a single one is a walk without branches.
    [[nodiscard]] bool worthwhile() const {
        std::int64_t devices = 0;
        for (const search_claim& claim : claims_)
            for (const search_request& request : claim.requests)
                for (const search_demand& demand : request.demands) devices += std::min(demand.count, most_results);
        return devices > 1;
    }

    /// Whether the whole search can only end in yes or no: an error that it may meet must not be cut off.
    [[nodiscard]] bool cannot_fail() {
        for (std::size_t c = 0; c < claims_.size(); ++c)
            for (search_request& request : claims_[c].requests)
                for (search_demand& demand : request.demands) {
                    if (demand.takes_all() && !claims_[c].constraints.empty()) return false;
                    for (std::size_t device = 0; device < devices_.devices().size(); ++device)
                        if (!state_.is_safe(c, demand, device)) return false;
                }
        return true;
    }

    /// Lists what is still to be done; false where the limit of results may be met.
    [[nodiscard]] bool open_demands(const search_place& place, std::vector<open_demand>& open) {
        for (std::size_t c = place.claim; c < claims_.size(); ++c) {
            auto total = static_cast<std::int64_t>(state_.results()[c].size());
            for (std::size_t r = c == place.claim ? place.request : 0; r < claims_[c].requests.size(); ++r) {
                search_request& request = claims_[c].requests[r];
                const bool here = c == place.claim && r == place.request;
                if (request.alternatives && !(here && place.in_alternative)) {
                    std::int64_t most = 0;
                    for (const search_demand& demand : request.demands) most = std::max(most, demand.count);
                    total += std::min(most, most_results + 1);
                    continue;
                }
                search_demand& demand = request.demands[here ? place.alternative : 0];
                const std::int64_t need = std::min(demand.count, most_results + 1) - (here ? place.progress : 0);
                total += need;
                if (demand.takes_all() || demand.admin() || need <= 0) continue;
                open.push_back({.claim = c,
                                .demand = &demand,
                                .start = here ? place.start : 0,
                                .row = {.need = static_cast<std::size_t>(need)}});
            }
            if (total > most_results) return false;
        }
        return !open.empty();
    }

    /// Finds the devices that a demand may still take; false where one of them is shareable.
    [[nodiscard]] bool candidates(open_demand& one) {
        for (std::size_t device = one.start; device < devices_.devices().size(); ++device) {
            if (state_.in_use(device) || !state_.selectable(one.claim, *one.demand, device)) continue;
            if (state_.shareable(device)) return false;
            const dra::device& content = *devices_.devices()[device].content;
            if (state_.refuses(*one.demand, device) || !state_.room(one.claim, *one.demand, device)) continue;
            if (fits_constraints(one, content, device)) one.row.candidates.push_back(device);
        }
        return true;
    }

    [[nodiscard]] bool fits_constraints(const open_demand& one, const dra::device& content, std::size_t device) const {
        return std::ranges::all_of(claims_[one.claim].constraints, [&](const constraint_state& constraint) {
            if (!constraint.concerns(one.demand->request, one.demand->whole_name)) return true;
            const device_attribute* const found = find_attribute(content, driver(device), constraint.attribute());
            if (found == nullptr) return false;
            if (!constraint.match() || !constraint.started()) return true;
            const attribute_values values = values_of(*found, constraint.lists());
            return values.known() && constraint.common().known() && constraint.common().common(values).known();
        });
    }

    [[nodiscard]] const std::string& driver(std::size_t device) const {
        return devices_.pools()[devices_.devices()[device].pool].driver;
    }

    /// Whether no value of a matchAttribute that is still open lets all requests have their devices.
    [[nodiscard]] bool values_run_out(const std::vector<open_demand>& open) {
        for (std::size_t c = 0; c < claims_.size(); ++c)
            for (const constraint_state& constraint : claims_[c].constraints)
                if (constraint.match() && !constraint.started() && no_value(open, c, constraint)) return true;
        return false;
    }
    [[nodiscard]] bool no_value(const std::vector<open_demand>& open, std::size_t claim,
                                const constraint_state& constraint) {
        std::map<std::pair<int, std::string>, std::vector<std::size_t>> devices; // by value
        bool any = false;
        const auto inside = [&](const open_demand& one) {
            return one.claim == claim && constraint.concerns(one.demand->request, one.demand->whole_name);
        };
        for (const open_demand& one : open) {
            if (!inside(one)) continue;
            any = true;
            for (const std::size_t device : one.row.candidates) {
                const attribute_values values = values_of(
                    *find_attribute(*devices_.devices()[device].content, driver(device), constraint.attribute()),
                    constraint.lists());
                if (!values.known()) return false;
                for (const std::string& value : values.values) devices[{values.type, value}].push_back(device);
            }
        }
        if (!any) return false;
        for (auto& value_devices : devices) {
            std::vector<std::size_t>& having = value_devices.second;
            std::sort(having.begin(), having.end());
            std::vector<matching_row> rows;
            for (const open_demand& one : open) {
                matching_row row = one.row;
                if (inside(one))
                    std::erase_if(row.candidates, [&](std::size_t device) {
                        return !std::binary_search(having.begin(), having.end(), device);
                    });
                rows.push_back(std::move(row));
            }
            if (matching_.complete(rows)) return false;
        }
        return true;
    }

    /// Whether the least needs of all open requests exceed what is left of a counter, summed over the counter sets of a pool.
    [[nodiscard]] bool counters_run_out(const std::vector<open_demand>& open) {
        std::map<std::pair<std::size_t, std::string>, wide> least; // by pool and name of the counter
        for (const open_demand& one : open) {
            const std::size_t pool = devices_.devices()[one.row.candidates[0]].pool;
            if (std::ranges::any_of(one.row.candidates,
                                    [&](std::size_t device) { return devices_.devices()[device].pool != pool; }))
                continue;
            std::map<std::string, std::vector<wide>> needs;
            for (const std::size_t device : one.row.candidates)
                for (const counter_use& use : devices_.devices()[device].content->consumes)
                    for (const auto& [name, amount] : use.counters) needs[name];
            for (auto& [name, amounts] : needs) {
                for (const std::size_t device : one.row.candidates) amounts.push_back(need_of(device, name));
                std::ranges::sort(amounts);
                for (std::size_t i = 0; i < one.row.need; ++i) least[{pool, name}] += amounts[i];
            }
        }
        return std::ranges::any_of(
            least, [this](const auto& entry) { return entry.second > left_of(entry.first.first, entry.first.second); });
    }
    [[nodiscard]] wide need_of(std::size_t device, const std::string& name) const {
        wide total = 0;
        for (const counter_use& use : devices_.devices()[device].content->consumes)
            for (const auto& [counter, amount] : use.counters)
                if (counter == name) total += amount.nanos();
        return total;
    }
    [[nodiscard]] wide left_of(std::size_t pool, const std::string& name) {
        wide total = 0;
        const auto& counters = devices_.pools()[pool].counters;
        for (std::size_t i = 0; i < counters.size(); ++i)
            if (devices_.pools()[pool].counter_names[i] == name)
                total += std::max<wide>(0, state_.accounts().left(pool, counters[i].first));
        return total;
    }

    const node_devices& devices_;
    std::vector<search_claim>& claims_;
    search_state& state_;
    device_matching matching_;
    bool on_;
    std::optional<bool> safe_;
};

} // namespace gpupack::dialect::dra::detail
