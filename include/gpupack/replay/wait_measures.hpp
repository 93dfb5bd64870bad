// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/replay/size_classes.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// How long some tasks waited until they started, in seconds; those that never started are not counted.
struct wait_summary {
    std::size_t tasks = 0;    ///< That started.
    double mean = 0;          ///< Over all of them, those that did not wait counted in.
    std::int64_t median = 0;  ///< As many waited at most so long as waited at least so long.
    std::int64_t p95 = 0;     ///< 95 % waited at most so long.
    std::int64_t longest = 0; ///< Nobody waited longer.
    /// Mean of the time from arrival to end over the time from start to end, the latter taken as 10 s at least; of the
    /// tasks that have ended.
    double slowdown = 0;

    friend bool operator==(const wait_summary&, const wait_summary&) = default;
};

/// Waits of all tasks, and of some of them.
struct wait_measures {
    wait_summary all;                                     ///< Of all tasks.
    std::array<wait_summary, size_class_count> by_size{}; ///< [sizes]
    std::map<std::int64_t, wait_summary> by_priority{};   ///< By priority; one entry where all have the same.
    std::map<std::string, wait_summary> by_tenant{};      ///< By tenant; one entry where all have the same, or none.
};

namespace detail {

/// Waits that are added up one by one.
class wait_collector {
  public:
    void add(const outcome& each) {
        waits_.push_back(each.decided - each.arrived);
        sum_ += static_cast<double>(waits_.back());
        if (each.ended == outcome::not_ended) return;
        constexpr std::int64_t shortest = 10;
        slowdowns_ += static_cast<double>(each.ended - each.arrived) /
                      static_cast<double>(std::max(each.ended - each.decided, shortest));
        ++ended_;
    }

    [[nodiscard]] wait_summary summary() {
        if (waits_.empty()) return {};
        std::sort(waits_.begin(), waits_.end());
        // The nearest rank: the least wait that so many percent do not exceed.
        const auto rank = [&](std::size_t percent) { return waits_[(waits_.size() * percent + 99) / 100 - 1]; };
        return {waits_.size(), sum_ / static_cast<double>(waits_.size()),
                rank(50),      rank(95),
                waits_.back(), ended_ > 0 ? slowdowns_ / static_cast<double>(ended_) : 0.0};
    }

  private:
    std::vector<std::int64_t> waits_;
    double sum_ = 0;
    double slowdowns_ = 0;
    std::size_t ended_ = 0;
};

} // namespace detail

/// Measures how long tasks waited, by size, by priority and by tenant.
///
/// @param tasks     of the workload
/// @param replayed  with its outcomes
/// @param since     tasks that arrived before are not counted
[[nodiscard]] inline wait_measures measure_waits(const std::vector<workload::task>& tasks, const result& replayed,
                                                 std::int64_t since = std::numeric_limits<std::int64_t>::min()) {
    detail::wait_collector all;
    std::array<detail::wait_collector, size_class_count> by_size;
    std::map<std::int64_t, detail::wait_collector> by_priority;
    std::map<std::string, detail::wait_collector> by_tenant;
    for (const outcome& each : replayed.outcomes) {
        if (!each.placed || each.arrived < since) continue;
        all.add(each);
        by_size[static_cast<std::size_t>(size_of(tasks[each.task].request))].add(each);
        by_priority[tasks[each.task].priority].add(each);
        by_tenant[tasks[each.task].tenant].add(each);
    }
    wait_measures measured;
    measured.all = all.summary();
    for (std::size_t size = 0; size < size_class_count; ++size) measured.by_size[size] = by_size[size].summary();
    for (auto& [priority, waits] : by_priority) measured.by_priority.emplace(priority, waits.summary());
    for (auto& [tenant, waits] : by_tenant) measured.by_tenant.emplace(tenant, waits.summary());
    return measured;
}

} // namespace gpupack::inline GPUPACK_ABI::replay
