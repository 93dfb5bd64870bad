// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/line_walk.hpp>
#include <gpupack/replay/detail/room_clearer.hpp>
#include <gpupack/replay/detail/task_starter.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Decides which tasks start when, by a queue discipline.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   hears of what happens: started(arrival, placements, gang_level), left(arrival, placements) before
///                    the placements are released, released(placements) after it, evicted(arrival, ran, gone, by_quota),
///                    moved(arrival, before, after)
template <class Scheduler, class Listener> class dispatcher {
  public:
    dispatcher(Scheduler& scheduler, const std::vector<workload::task>& tasks,
               const std::vector<workload::arrival>& arrivals, const options& options, Listener& listener)
        : scheduler_{scheduler}, starter_{scheduler, tasks, arrivals, options, listener}, rules_{starter_.rules()},
          clearer_{scheduler, starter_, listener} {}

    /// How many tasks wait.
    [[nodiscard]] std::size_t waiting() const noexcept { return starter_.line().size(); }
    /// When the next task leaves.
    [[nodiscard]] std::optional<std::int64_t> next_departure() { return starter_.running().tasks().next_departure(); }

    /// Whether an empty cluster would have room for a task.
    [[nodiscard]] bool is_possible(const workload::task& task) {
        if (!scheduler_.fits_empty(task.request) || !starter_.quotas().could_admit(task)) return false;
        if (task.members <= 1) return true;
        const std::size_t kind = starter_.class_of(task);
        return possible_.has_room(kind, scheduler_.cluster(), line().classes()[kind].request, task.members);
    }

    /// A task arrives and starts, if it may; else it waits.
    ///
    /// @return whether it started
    bool arrive(std::size_t number, std::int64_t now) {
        starter_.set_now(now);
        if (line().size() > 0 && note_overdue()) serve();
        const std::size_t kind = starter_.class_of(number);
        if (line().size() == 0 || rules_.order == queue_rule::overtake) return arrive_at_once(number, kind);
        push(number, kind);
        if (is_in_front(number)) {
            if (starter_.stands_in_line(number)) (void)starter_.drop_reservations_behind(number);
            serve();
        } else if (rules_.order != queue_rule::strict && starter_.is_worth_trying(kind, number)) {
            if (!starter_.start_waiting(number, kind)) starter_.refuse(kind, number);
        }
        if (!waits(number)) return true;
        const bool started = clearer_.end_for(number, kind);
        if (!starter_.running().freed().empty()) serve();
        return started;
    }

    /// Places a task now or never.
    bool place_at_once(std::size_t number, std::int64_t now) {
        starter_.set_now(now);
        const std::size_t kind = starter_.class_of(number);
        return starter_.start(number, kind) || clearer_.move_for(number, kind) || clearer_.end_for(number, kind);
    }

    /// All tasks that end at a time leave; then those start that may.
    void depart(std::int64_t now) {
        starter_.set_now(now);
        while (next_departure() == now) {
            const running_task task = starter_.running().end(starter_.running().tasks().next(), now);
            if (rules_.eviction == eviction_rule::resume) starter_.facts().forget(task.arrival);
        }
        if (line().size() > 0) serve();
        while (clearer_.move_for_front()) serve();
        starter_.running().freed().clear();
    }

    /// Empties the queue.
    ///
    /// @return the arrivals that waited, the first in line first
    [[nodiscard]] std::vector<std::size_t> take_all() const { return starter_.line().arrivals(); }

  private:
    [[nodiscard]] waiting_line& line() noexcept { return starter_.line(); }
    [[nodiscard]] bool waits(std::size_t number) { return line().order().contains(starter_.facts().place_of(number)); }
    void push(std::size_t number, std::size_t kind) {
        line().push(kind, starter_.facts().place_of(number), starter_.facts().estimate_of(number));
    }

    /// A task arrives for whom nobody in the line is in the way.
    bool arrive_at_once(std::size_t number, std::size_t kind) {
        const bool tries = starter_.is_worth_trying(kind, number);
        if (tries && starter_.start(number, kind)) return true;
        if (tries) starter_.refuse(kind, number);
        push(number, kind);
        if ((starter_.is_first(number) && clearer_.move_for_front()) || clearer_.end_for(number, kind)) serve();
        // Where it was tried again meanwhile, it may have.
        const bool has_reserved = starter_.reserved().holds(number);
        if (rules_.reserves() && !has_reserved && waits(number) && starter_.stands_in_line(number))
            reserve(number, kind);
        return !waits(number);
    }

    /// Whether a task that has just come is to be served before somebody else is.
    [[nodiscard]] bool is_in_front(std::size_t number) {
        if (!rules_.reserves()) return starter_.is_first(number);
        if (starter_.reserved().size() < rules_.reservations()) return true;
        return starter_.stands_in_line(number) && starter_.rank_of(number) < starter_.rank_of(last_reserved_);
    }

    /// Starts what may start, in the order of the discipline, until nothing more does.
    void serve() {
        do {
            again_ = false;
            (void)starter_.note_freed();
            clearer_.end_for_front();
            if (rules_.order == queue_rule::strict) return serve_strictly();
            if (rules_.reserves()) serve_front();
            while (!serve_heads()) serve_front();
            // Somebody has started elsewhere than where a place was reserved, or has lost what it had reserved.
        } while (again_ || !starter_.running().freed().empty());
    }

    void serve_strictly() {
        while (const auto first = starter_.walk().next()) {
            const std::size_t kind = starter_.class_of(*first);
            if (starter_.is_worth_trying(kind, *first)) {
                if (starter_.start_waiting(*first, kind)) continue;
                starter_.refuse(kind, *first);
            }
            if (!clearer_.end_for_first(*first, kind)) return;
            (void)starter_.note_freed();
        }
    }

    /// Tries those of every class that was not refused, the first in line first.
    ///
    /// @return false where somebody who had reserved a place has started, or the order has changed, so that others may reserve
    bool serve_heads() {
        struct head {
            rank_in_line rank;
            std::size_t kind; // its class
            auto operator<=>(const head&) const = default;
        };
        std::priority_queue<head, std::vector<head>, std::greater<head>> heads;
        const auto add = [&](std::size_t kind) {
            const waiting_class& each = line().classes()[kind];
            if (each.line.size() == 0) return;
            const std::size_t first = each.line.first_below(each.refused_from);
            if (first != estimate_line::none) heads.push({starter_.rank_of(first), kind});
        };
        const auto add_all = [&] {
            heads = {};
            for (std::size_t kind = 0; kind < line().classes().size(); ++kind) add(kind);
        };
        add_all();
        const std::size_t reserved = starter_.reserved().size();
        while (!heads.empty()) {
            const head first = heads.top();
            heads.pop();
            const std::size_t number = first.rank.place.arrival;
            const std::size_t order = starter_.quotas().orders();
            if (!starter_.start_waiting(number, first.kind)) {
                starter_.refuse(first.kind, number);
                (void)clearer_.end_for(number, first.kind);
            }
            const std::size_t left = starter_.reserved().size();
            if (left < reserved && left < std::min(rules_.reservations(), line().size())) return false;
            if (rules_.reserves() && starter_.quotas().orders() != order) return false;
            if (clearer_.ends() && !starter_.running().freed().empty()) {
                (void)starter_.note_freed(); // of what others leave, the first in line has the first choice
                add_all();
            } else if (starter_.quotas().orders() != order) {
                add_all();
            } else {
                add(first.kind);
            }
        }
        return true;
    }

    /// Tries the first tasks of the line, and reserves places for those that cannot start.
    void serve_front() {
        drop_stale();
        while (!serve_front_once()) {
        }
        (void)starter_.note_freed();
    }

    /// @return false where somebody has started, and so changed the order, left what it had reserved to those before it, or may
    ///         have ended others who are in the line now
    bool serve_front_once() {
        line_walk walk = starter_.walk();
        std::vector<std::size_t> held; // those who have reserved, as they stand
        while (held.size() < rules_.reservations()) {
            const auto next = walk.next();
            if (!next) break;
            if ((!held.empty() || !clearer_.ends()) && starter_.is_settled(*next)) {
                hold(*next, held, walk);
                continue;
            }
            const std::size_t kind = starter_.class_of(*next);
            const bool held_before = starter_.reserved().holds(*next);
            const std::size_t order = starter_.quotas().orders();
            // Those whom it has passed do not stand in its way.
            if (!held_before && starter_.reserved().size() > held.size() && starter_.drop_reservations_behind(*next)) {
                again_ = true;
                (void)starter_.note_freed();
            }
            const std::size_t changes = starter_.running().tasks().changes();
            try_first(*next, kind, held.empty());
            if (starter_.running().tasks().changes() != changes) {
                if (starter_.note_freed() || clearer_.ends() || starter_.quotas().orders() != order) return false;
                continue;
            }
            if (!starter_.reserved().holds(*next)) {
                if (held_before && !starter_.stands_in_line(*next))
                    continue; // who has its quota stays longer than expected
                starter_.reserve(*next, kind);
            }
            hold(*next, held, walk);
        }
        if (starter_.reserved().size() > held.size()) {
            std::sort(held.begin(), held.end());
            (void)starter_.drop_reservations(
                [&](std::size_t each) { return !std::binary_search(held.begin(), held.end(), each); });
        }
        return true;
    }

    /// One of the first tasks keeps what it has reserved.
    void hold(std::size_t number, std::vector<std::size_t>& held, line_walk& walk) {
        held.push_back(number);
        walk.count_in(number);
        last_reserved_ = number;
    }

    /// Tries one of the first tasks, if something has left that may help it or its reservation begins now; the first of all may
    /// end others at any time.
    void try_first(std::size_t number, std::size_t kind, bool is_front) {
        const bool is_due = starter_.reserved().begin_of(number) <= starter_.now();
        const bool is_tried =
            is_due || starter_.is_worth_trying(kind, number) || starter_.may_start_early(number, kind);
        if (is_tried && starter_.start_waiting(number, kind)) return;
        if (is_front && clearer_.end_for_first(number, kind)) return;
        if (is_tried) starter_.refuse(kind, number);
        if (is_due) (void)starter_.drop_reservations([&](std::size_t each) { return each == number; });
    }

    /// Looks whether some who run stay longer than expected, or a reservation should have begun, so that all are to be made anew.
    bool note_overdue() {
        if (!rules_.plans_ahead()) return false;
        const bool is_late =
            rules_.estimates == estimate_rule::noisy && starter_.calendar().postpone_overdue(starter_.now());
        if (!is_late && !starter_.reserved().is_overdue(starter_.now())) return false;
        starter_.running().set_stale(true);
        return true;
    }

    /// Drops all reservations where they may begin earlier, or some who run stay longer than expected.
    void drop_stale() {
        (void)note_overdue();
        if (!starter_.running().is_stale()) return;
        (void)starter_.drop_reservations([](std::size_t) { return true; });
        starter_.running().set_stale(false);
        (void)starter_.note_freed();
    }

    void reserve(std::size_t number, std::size_t kind) {
        starter_.reserve(number, kind);
        last_reserved_ = number;
    }

    Scheduler& scheduler_;
    task_starter<Scheduler, Listener> starter_;
    const discipline& rules_;
    room_clearer<Scheduler, Listener> clearer_;
    possible_gangs possible_; // by class
    std::size_t last_reserved_ = 0;
    bool again_ = false; // whether somebody has lost what it had reserved, so that the line is to be served again
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
