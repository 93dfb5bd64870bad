// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/replay/detail/quota_keeper.hpp>
#include <gpupack/replay/detail/reservation_book.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/workload/task.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// By what waiting tasks are ordered: their tenant's share, where shares decide, then their place.
struct rank_in_line {
    std::int64_t share = 0; ///< 0 where shares do not decide.
    place_in_line place{};  ///< Priority, age and arrival.

    friend auto operator<=>(const rank_in_line&, const rank_in_line&) = default;
};

/// Walks along the waiting tasks, the first one first, past those who stand aside: their quotas do not admit them beside those
/// who run, and those before them who have reserved a place. Who has reserved a place has its quota with it, and never does.
///
/// The line may change behind the walk, and tasks that the walk has passed may leave it; where shares decide and some task
/// starts, a new walk is needed. Cost: constant for each step; with quotas, a look at each class at the start, and
/// for each step the logarithm of their number and a look at those who have reserved places.
class line_walk {
  public:
    /// @param line      who waits
    /// @param facts     of the arrivals
    /// @param quotas    whom they admit
    /// @param reserved  who has reserved a place
    line_walk(const waiting_line& line, const arrival_facts& facts, quota_keeper& quotas,
              const reservation_book& reserved)
        : line_{line}, facts_{facts}, quotas_{quotas}, reserved_{reserved}, next_{line.order().begin()} {
        if (quotas.limits()) look();
    }

    /// The number of the next task in the line.
    [[nodiscard]] std::optional<std::size_t> next() {
        if (!quotas_.limits()) {
            if (next_ == line_.order().end()) return std::nullopt;
            return (next_++)->arrival;
        }
        while (!heads_.empty()) {
            const auto [rank, kind] = heads_.top();
            heads_.pop();
            const std::size_t number = rank.place.arrival;
            const workload::task& task = facts_.task_of(number);
            const bool holds = reserved_.holds(number);
            if (kind == holder && !holds) continue; // it has lost its place meanwhile
            // Who does not come in beside those before it never will in this walk, nor will anybody of its class.
            if (!holds && !quotas_.stands_in_line(task, ahead_)) continue;
            if (kind != holder) {
                if (!heads_.empty() && heads_.top().rank.place.arrival == number) heads_.pop(); // the same, as a holder
                add(kind, line_.classes()[kind].line.next_after(number));
            }
            return number;
        }
        return std::nullopt;
    }

    /// A task that was passed has reserved a place: it counts from now on as if it ran.
    void count_in(std::size_t number) {
        if (quotas_.limits()) ahead_.push_back(&facts_.task_of(number));
    }

  private:
    static constexpr std::size_t holder = static_cast<std::size_t>(-1);

    struct head {
        rank_in_line rank;
        std::size_t kind; // its class; or it is a holder

        friend auto operator<=>(const head&, const head&) = default;
    };

    [[nodiscard]] rank_in_line rank_of(std::size_t number, std::size_t kind) const {
        return {quotas_.share_of(line_.classes()[kind].tenant), facts_.place_of(number)};
    }
    /// Puts the first of each class, and those who have reserved places, where they stand.
    void look() {
        for (std::size_t kind = 0; kind < line_.classes().size(); ++kind) add(kind, line_.classes()[kind].line.front());
        for (const std::size_t number : reserved_.numbers())
            heads_.push(
                {{quotas_.share_of(quotas_.tenant_of(facts_.task_of(number))), facts_.place_of(number)}, holder});
    }
    void add(std::size_t kind, std::size_t number) {
        if (number != estimate_line::none) heads_.push({rank_of(number, kind), kind});
    }

    const waiting_line& line_;
    const arrival_facts& facts_;
    quota_keeper& quotas_;
    const reservation_book& reserved_;
    std::set<place_in_line>::const_iterator next_;                           // without quotas
    std::priority_queue<head, std::vector<head>, std::greater<head>> heads_; // with them
    std::vector<const workload::task*> ahead_;                               // who have reserved places
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
