// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Where a waiting task stands: before all that are greater.
struct place_in_line {
    std::int64_t key = 0;    ///< Priority and age.
    std::size_t arrival = 0; ///< Number of the arrival.

    friend auto operator<=>(const place_in_line&, const place_in_line&) = default;
};

/// Waiting tasks of one kind: what holds for the first of them holds for all.
struct waiting_class {
    gpupack::request request{}; ///< As it is placed: rounded up where a rule does so.
    int members = 1;            ///< Of a gang.
    std::int64_t priority = 0;  ///< Of the task.
    std::size_t tenant = 0;     ///< Of the task.
    estimate_line line{};       ///< Who waits.
    /// Tasks whose estimate is not below it were refused, and nothing that would help has left since.
    std::int64_t refused_from = estimate_line::never;
    bool by_quota =
        false; ///< Whether a quota has refused some of them, so that it helps that another task ends, wherever that is.
};

/// All that waits: in one order, and by class.
class waiting_line {
  public:
    /// How many tasks wait.
    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
    /// Everybody, the first one first.
    [[nodiscard]] const std::set<place_in_line>& order() const noexcept { return order_; }
    /// The classes; some may be empty.
    [[nodiscard]] std::vector<waiting_class>& classes() noexcept { return classes_; }
    /// The same.
    [[nodiscard]] const std::vector<waiting_class>& classes() const noexcept { return classes_; }

    /// The arrivals that wait, the first to arrive first.
    [[nodiscard]] std::vector<std::size_t> arrivals() const {
        std::vector<std::size_t> all;
        for (const place_in_line& each : order_) all.push_back(each.arrival);
        std::sort(all.begin(), all.end());
        return all;
    }
    /// Tasks of a class were refused whose estimate is not below a bound.
    ///
    /// @param number    of the class
    /// @param bound     the estimate
    /// @param by_quota  whether a quota is in the way
    void refuse(std::size_t number, std::int64_t bound, bool by_quota) {
        waiting_class& refused = classes_[number];
        refused.by_quota = by_quota || (refused.by_quota && refused.refused_from != estimate_line::never);
        refused.refused_from = std::min(refused.refused_from, bound);
    }

    /// The class of a task, made where it is new.
    ///
    /// @param request  as it is placed
    /// @param task     the task
    /// @param tenant   its number
    [[nodiscard]] std::size_t class_of(const request& request, const workload::task& task, std::size_t tenant) {
        const auto [entry, is_new] =
            numbers_.try_emplace({request, task.members, task.priority, tenant}, classes_.size());
        if (is_new)
            classes_.push_back(
                {.request = request, .members = task.members, .priority = task.priority, .tenant = tenant});
        return entry->second;
    }

    /// Adds a task to its class.
    void push(std::size_t number, place_in_line place, std::int64_t estimate) {
        classes_[number].line.push(place.arrival, estimate);
        order_.insert(place);
    }
    /// Takes a task out.
    void erase(std::size_t number, place_in_line place) {
        classes_[number].line.erase(place.arrival);
        order_.erase(place);
    }

  private:
    struct key {
        gpupack::request request;
        int members;
        std::int64_t priority;
        std::size_t tenant;
        friend bool operator==(const key&, const key&) = default;
    };
    struct hash {
        std::size_t operator()(const key& each) const noexcept {
            std::uint64_t mixed = hash_of(each.request);
            for (const auto part : {static_cast<std::uint64_t>(each.members), static_cast<std::uint64_t>(each.priority),
                                    static_cast<std::uint64_t>(each.tenant)})
                mixed = (mixed ^ part) * 0x9e3779b97f4a7c15U;
            return static_cast<std::size_t>(mixed);
        }
    };

    std::unordered_map<key, std::size_t, hash> numbers_;
    std::vector<waiting_class> classes_;
    std::set<place_in_line> order_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
