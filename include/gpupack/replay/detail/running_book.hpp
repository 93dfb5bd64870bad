// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/held_pieces.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/quota_keeper.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Books who runs: in the list of running tasks, with their quotas, in the calendar where
/// reservations need it, and with the listener.
template <class Scheduler, class Listener> class running_book {
  public:
    running_book(Scheduler& scheduler, const discipline& discipline, const arrival_facts& facts,
                 node_calendar& calendar, quota_keeper& quotas, Listener& listener) noexcept
        : scheduler_{scheduler},
          discipline_{discipline}, facts_{facts}, calendar_{calendar}, quotas_{quotas}, listener_{listener} {}

    /// The tasks that run.
    [[nodiscard]] running_tasks& tasks() noexcept { return tasks_; }
    /// The same.
    [[nodiscard]] const running_tasks& tasks() const noexcept { return tasks_; }
    /// Nodes from which something has left; whoever has looked at them empties it.
    [[nodiscard]] std::vector<std::uint32_t>& freed() noexcept { return freed_; }
    /// Whether somebody has left before it was expected, so that reservations may begin earlier.
    [[nodiscard]] bool is_stale() const noexcept { return is_stale_; }
    /// Says that reservations are to be made anew, or have been.
    void set_stale(bool stale) noexcept { is_stale_ = stale; }

    /// A task starts that was placed.
    ///
    /// @param number   of its arrival
    /// @param members  where it was placed
    /// @param level    of a gang: the narrowest domain that holds it
    /// @param request  of each member, as it was placed
    /// @param now      the time
    /// @param until    when it is expected to end
    void start(std::size_t number, std::vector<placement> members, int level, const request& request, std::int64_t now,
               std::int64_t until) {
        quotas_.start(facts_.task_of(number));
        listener_.started(number, members, level);
        const auto length = facts_.length_of(number);
        if (discipline_.plans_ahead()) {
            const gpupack::request* const kept = &*kept_requests_.insert(request).first;
            for (const placement& each : members)
                calendar_.add(each.node, {now, until, number, kept, each.gpus, each.slots, true,
                                          held_pieces(scheduler_.cluster(), each, request)});
        }
        const std::size_t slot = tasks_.start({number, 0, now, std::move(members)});
        if (length) tasks_.end_at(slot, now + *length);
    }

    /// A task ends, by itself or for another one.
    ///
    /// @return the task, whose placements are released
    running_task end(std::size_t slot, std::int64_t now) {
        running_task task = tasks_.remove(slot);
        quotas_.end(facts_.task_of(task.arrival));
        listener_.left(task.arrival, task.members);
        for (const placement& each : task.members) {
            if (discipline_.plans_ahead()) {
                for (const booking& there : calendar_.on(each.node))
                    if (there.running && there.owner == task.arrival && there.end > now) is_stale_ = true;
                calendar_.remove(each.node, task.arrival, true);
            }
            scheduler_.release(each);
            freed_.push_back(each.node.number());
        }
        listener_.released(task.members);
        return task;
    }

  private:
    Scheduler& scheduler_;
    const discipline& discipline_;
    const arrival_facts& facts_;
    node_calendar& calendar_;
    quota_keeper& quotas_;
    Listener& listener_;
    running_tasks tasks_;
    std::unordered_set<gpupack::request, request_hash> kept_requests_; // of those who run; their addresses stay
    std::vector<std::uint32_t> freed_;
    bool is_stale_ = false;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
