// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/replay/detail/reclaimed.hpp>
#include <gpupack/replay/detail/room_maker.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/task_starter.hpp>
#include <gpupack/replay/detail/victims.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/task.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Starts tasks for which others must move or end.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   see dispatcher
template <class Scheduler, class Listener> class room_clearer {
  public:
    room_clearer(Scheduler& scheduler, task_starter<Scheduler, Listener>& starter, Listener& listener)
        : scheduler_{scheduler}, starter_{starter}, rules_{starter.rules()}, listener_{listener},
          room_{scheduler, starter.running().tasks(), starter.facts(), listener, rules_.reserves() ? 0 : rules_.moves} {
    }

    /// Moves others for a task that fits nowhere, if that makes room for it, and starts it.
    bool move_for(std::size_t number, std::size_t kind) {
        const workload::task& task = starter_.facts().task_of(number);
        if (!starter_.quotas().admits(task)) return false;
        std::vector<placement> members = room_.make_room(task, starter_.running().freed());
        if (members.empty()) return false;
        starter_.note_start(number, std::move(members), starter_.line().classes()[kind].request, estimate_line::never);
        return true;
    }
    /// The same for the first in line, which leaves it then.
    bool move_for_front() {
        if (rules_.moves == 0) return false;
        const auto first = starter_.walk().next();
        if (!first) return false;
        const std::size_t kind = starter_.class_of(*first);
        if (!move_for(*first, kind)) return false;
        starter_.line().erase(kind, starter_.facts().place_of(*first));
        return true;
    }

    /// Ends tasks for one that waits, if that makes room for it, and starts it: tasks of lower priority, or of those who have
    /// borrowed what its tenant is entitled to.
    bool end_for(std::size_t number, std::size_t kind) {
        return preempt_for(number, kind) || reclaim_for(number, kind);
    }

    /// Where everybody may end others who have borrowed, the first in line does as soon as that makes room for it.
    void end_for_front() {
        while (rules_.order == queue_rule::overtake && starter_.quotas().reclaims()) {
            const auto first = starter_.walk().next();
            if (!first) return;
            const std::size_t kind = starter_.class_of(*first);
            if (starter_.is_worth_trying(kind, *first) || !end_for_first(*first, kind)) return;
            (void)starter_.note_freed();
        }
    }
    /// Ends tasks for the first in line, which is tried once for each change of those who run.
    bool end_for_first(std::size_t number, std::size_t kind) {
        const std::tuple situation{number, starter_.now(), starter_.running().tasks().changes()};
        if (!ends() || failed_ == situation) return false;
        if (end_for(number, kind)) return true;
        if (starter_.running().tasks().changes() == std::get<2>(situation)) failed_ = situation;
        return false;
    }

    /// Whether anybody ends for others.
    [[nodiscard]] bool ends() const noexcept {
        return rules_.victims != victim_rule::none || starter_.quotas().reclaims();
    }

  private:
    /// Whether a task ends nobody any more at this time: it has done so in vain, or others have reclaimed what it had. Else two
    /// could end each other for ever, one by priority and the other by quota.
    [[nodiscard]] bool is_kept_from_ending(std::size_t number) const {
        return kept_at_ == starter_.now() && kept_.contains(number);
    }
    [[nodiscard]] const request* request_of(const workload::task& task) {
        return &starter_.line().classes()[starter_.class_of(task)].request;
    }

    /// Ends tasks of lower priority.
    bool preempt_for(std::size_t number, std::size_t kind) {
        if (rules_.victims == victim_rule::none || is_kept_from_ending(number)) return false;
        // Where tasks wait for others, only the first in line does.
        if (rules_.order != queue_rule::overtake && !starter_.is_first(number)) return false;
        if (!starter_.quotas().admits(starter_.facts().task_of(number))) return false;
        const waiting_class& waiting = starter_.line().classes()[kind];
        const running_tasks& running = starter_.running().tasks();
        const auto info = [&](std::size_t slot) {
            const workload::task& other = starter_.facts().task_of(running[slot].arrival);
            return std::pair{other.priority < waiting.priority, request_of(other)};
        };
        const auto victims = choose_victims(scheduler_.cluster(), running, waiting.request, waiting.members,
                                            rules_.victims, starter_.now(), info);
        return !victims.empty() && end_and_start(victims, number, kind, false);
    }

    /// Ends tasks of those who have borrowed. Where tasks wait for others, only the first in line does.
    bool reclaim_for(std::size_t number, std::size_t kind) {
        if (!starter_.quotas().reclaims() || is_kept_from_ending(number)) return false;
        if (rules_.order != queue_rule::overtake && !starter_.is_first(number)) return false;
        const auto request_of_arrival = [&](std::size_t arrival) {
            return request_of(starter_.facts().task_of(arrival));
        };
        const request& request = starter_.line().classes()[kind].request;
        const auto victims =
            choose_reclaimed(scheduler_.cluster(), starter_.running().tasks(), starter_.facts(), starter_.quotas(),
                             rules_.victims, starter_.now(), number, request, request_of_arrival);
        return !victims.empty() && end_and_start(victims, number, kind, true);
    }

    /// Ends tasks, and starts one for which that makes room.
    bool end_and_start(const std::vector<std::size_t>& victims, std::size_t number, std::size_t kind, bool by_quota) {
        if (rules_.reserves()) (void)starter_.drop_reservations_behind(number);
        for (const std::size_t slot : victims) end(slot, by_quota);
        const bool waits = starter_.line().order().contains(starter_.facts().place_of(number));
        const bool started = waits ? starter_.start_waiting(number, kind) : starter_.start(number, kind);
        if (started) {
            starter_.line().classes()[kind].refused_from =
                estimate_line::never; // the next of its class may end others as well
            return true;
        }
        keep_from_ending(number);
        return false;
    }
    /// A task ends nobody any more at this time.
    void keep_from_ending(std::size_t number) {
        if (kept_at_ != starter_.now()) kept_.clear();
        kept_at_ = starter_.now();
        kept_.insert(number);
    }
    void end(std::size_t slot, bool by_quota) {
        const running_task task = starter_.running().end(slot, starter_.now());
        const std::int64_t ran = starter_.now() - task.start;
        listener_.evicted(task.arrival, ran, rules_.eviction == eviction_rule::drop, by_quota);
        if (by_quota) keep_from_ending(task.arrival);
        if (rules_.eviction == eviction_rule::drop) return;
        if (rules_.eviction == eviction_rule::resume) starter_.facts().add_run(task.arrival, ran);
        starter_.line().push(starter_.class_of(task.arrival), starter_.facts().place_of(task.arrival),
                             starter_.facts().estimate_of(task.arrival));
    }

    Scheduler& scheduler_;
    task_starter<Scheduler, Listener>& starter_;
    const discipline& rules_;
    Listener& listener_;
    room_maker<Scheduler, Listener> room_;
    std::int64_t kept_at_ = std::numeric_limits<std::int64_t>::min(); // a time
    std::set<std::size_t> kept_;                                      // who ends nobody any more then
    std::optional<std::tuple<std::size_t, std::int64_t, std::size_t>>
        failed_; // arrival, time and changes when nothing could end for it
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
