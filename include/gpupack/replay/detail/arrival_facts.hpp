// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/replay/estimates.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What holds of each arrival: its task, its place in the line, and how long it will run or is expected to.
class arrival_facts {
  public:
    arrival_facts(const std::vector<workload::task>& tasks, const std::vector<workload::arrival>& arrivals,
                  const discipline& discipline) noexcept
        : tasks_{tasks}, arrivals_{arrivals}, estimates_{discipline}, ageing_{discipline.ageing} {}

    /// The number of its task.
    [[nodiscard]] std::size_t task_number_of(std::size_t number) const noexcept { return arrivals_[number].task; }
    /// The task of an arrival.
    [[nodiscard]] const workload::task& task_of(std::size_t number) const noexcept {
        return tasks_[arrivals_[number].task];
    }
    /// Where it stands in the line.
    [[nodiscard]] place_in_line place_of(std::size_t number) const noexcept {
        const std::int64_t priority = task_of(number).priority;
        return {ageing_ > 0 ? arrivals_[number].time - priority * ageing_ : -priority, number};
    }
    /// How long it is expected to run from now on; at least a second, so that every reservation has a length.
    [[nodiscard]] std::int64_t estimate_of(std::size_t number) const noexcept {
        const std::int64_t whole = estimates_.of(number, task_of(number), arrivals_[number]);
        return whole == estimates::never ? whole : std::max<std::int64_t>(whole - ran_of(number), 1);
    }
    /// How long it runs from now on, if nobody ends it; none where it never leaves.
    [[nodiscard]] std::optional<std::int64_t> length_of(std::size_t number) const noexcept {
        const auto whole = estimates_.length_of(task_of(number), arrivals_[number]);
        return whole ? std::optional{std::max<std::int64_t>(*whole - ran_of(number), 0)} : std::nullopt;
    }

    /// It has run for some time, and need not do so again.
    void add_run(std::size_t number, std::int64_t time) { ran_[number] += time; }
    /// It has left for good.
    void forget(std::size_t number) { ran_.erase(number); }

  private:
    [[nodiscard]] std::int64_t ran_of(std::size_t number) const noexcept {
        const auto found = ran_.find(number);
        return found == ran_.end() ? 0 : found->second;
    }

    const std::vector<workload::task>& tasks_;
    const std::vector<workload::arrival>& arrivals_;
    estimates estimates_;
    std::int64_t ageing_;
    std::map<std::size_t, std::int64_t> ran_; // of those that were ended for others, and resume
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
