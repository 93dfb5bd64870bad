// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/guarded_placer.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/note_helped.hpp>
#include <gpupack/replay/detail/quota_keeper.hpp>
#include <gpupack/replay/detail/reclaimed.hpp>
#include <gpupack/replay/detail/reservation_book.hpp>
#include <gpupack/replay/detail/room_maker.hpp>
#include <gpupack/replay/detail/running_book.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/victims.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Decides which tasks start when, by a queue discipline, and knows what waits, what runs and what is reserved.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   hears of what happens: started(arrival, placements, gang_level), left(arrival, placements) before
///                    the placements are released, released(placements) after it, evicted(arrival, ran, gone, by_quota),
///                    moved(arrival, before, after)
template <class Scheduler, class Listener> class dispatcher {
  public:
    dispatcher(Scheduler& scheduler, const std::vector<workload::task>& tasks, const std::vector<workload::arrival>& arrivals,
               const options& options, Listener& listener)
        : scheduler_{scheduler}, discipline_{options.queue}, listener_{listener}, facts_{tasks, arrivals, discipline_},
          quotas_{scheduler.cluster(), options.quotas}, calendar_{scheduler.cluster()},
          running_{scheduler, discipline_, facts_, calendar_, quotas_, listener}, reserved_{scheduler.cluster(), calendar_},
          placer_{scheduler, calendar_, reserved_, discipline_.order == queue_rule::drain},
          room_{scheduler, running_.tasks(), facts_, listener, discipline_.reserves() ? 0 : discipline_.moves} {
        GPUPACK_EXPECTS(!options.quotas || discipline_.order == queue_rule::overtake, "no quotas where tasks wait for others");
    }

    /// How many tasks wait.
    [[nodiscard]] std::size_t waiting() const noexcept { return line_.size(); }
    /// When the next task leaves.
    [[nodiscard]] std::optional<std::int64_t> next_departure() { return running_.tasks().next_departure(); }

    /// Whether an empty cluster would have room for a task.
    [[nodiscard]] bool is_possible(const workload::task& task) {
        if (!scheduler_.fits_empty(task.request) || !quotas_.could_admit(task)) return false;
        if (task.members <= 1) return true;
        const std::size_t kind = class_of(task);
        return possible_.has_room(kind, scheduler_.cluster(), line_.classes()[kind].request, task.members);
    }

    /// A task arrives and starts, if it may; else it waits.
    ///
    /// @return whether it started
    bool arrive(std::size_t number, std::int64_t now) {
        now_ = now;
        const std::size_t kind = class_of(facts_.task_of(number));
        const bool at_once = line_.size() == 0 || discipline_.order == queue_rule::overtake;
        if (at_once && is_worth_trying(kind, number) && start(number, kind)) return true;
        const place_in_line place = facts_.place_of(number);
        line_.push(kind, place, facts_.estimate_of(number));
        if (at_once) {
            refuse(kind, number);
            const bool moves = place == *line_.order().begin() && move_for_front();
            if (moves || preempt_for(number, kind)) return !line_.order().contains(place);
            if (reclaim_for(number, kind)) serve();
            if (discipline_.order != queue_rule::overtake) reserve_front();
            return !line_.order().contains(place);
        }
        const bool in_front =
            discipline_.reserves() ? reserved_.size() < discipline_.reservations() || place < last_reserved_
                                   : place == *line_.order().begin();
        if (in_front) {
            drop_reservations_behind(place);
            serve();
        } else if (discipline_.order != queue_rule::strict && is_worth_trying(kind, number)) {
            if (!start_waiting(number, kind)) refuse(kind, number);
        }
        if (!line_.order().contains(place)) return true;
        const bool started = preempt_for(number, kind);
        if (!running_.freed().empty()) serve();
        return started;
    }

    /// Places a task now or never.
    bool place_at_once(std::size_t number, std::int64_t now) {
        now_ = now;
        const std::size_t kind = class_of(facts_.task_of(number));
        return start(number, kind) || move_for(number, kind) || preempt_for(number, kind) || reclaim_for(number, kind);
    }

    /// All tasks that end at a time leave; then those start that may.
    void depart(std::int64_t now) {
        now_ = now;
        while (running_.tasks().next_departure() == now) leave(running_.tasks().next());
        if (line_.size() > 0) serve();
        while (move_for_front()) serve();
        if (line_.size() > 0 && running_.tasks().size() == 0) plan_anew();
        running_.freed().clear();
    }

    /// Empties the queue.
    ///
    /// @return the arrivals that waited, the first in line first
    [[nodiscard]] std::vector<std::size_t> take_all() const { return line_.arrivals(); }

  private:
    static constexpr std::int64_t never = estimate_line::never;

    [[nodiscard]] std::size_t class_of(const workload::task& task) {
        return line_.class_of(effective_request(scheduler_.rule(), task.request), task, quotas_.tenant_of(task));
    }

    /// The estimate by which a line is kept: below never.
    [[nodiscard]] std::int64_t rank_of(std::size_t number) const noexcept {
        return std::min(facts_.estimate_of(number), never - 1);
    }
    [[nodiscard]] bool is_worth_trying(std::size_t kind, std::size_t number) {
        return rank_of(number) < line_.classes()[kind].refused_from;
    }
    void refuse(std::size_t kind, std::size_t number) {
        const bool by_quota = !quotas_.admits(facts_.task_of(number));
        // Where no reservation stands in the way, shorter tasks are refused as well.
        line_.refuse(kind, placer_.was_denied() && !by_quota ? rank_of(number) : 0, by_quota);
    }

    /// Looks which classes something that has left may have helped.
    void note_freed() {
        quotas_.note_ended(line_.classes(), facts_);
        note_helped(line_.classes(), scheduler_.cluster(), running_.freed());
    }

    /// Nobody runs, and yet somebody waits: where estimates were wrong, reservations can be in each other's way.
    void plan_anew() {
        reserved_.drop_all(running_.freed());
        for (waiting_class& each : line_.classes()) each.refused_from = never;
        serve();
    }

    /// Starts what may start, in the order of the discipline, until nothing more does.
    void serve() {
        do {
            note_freed();
            preempt_for_front();
            if (discipline_.order == queue_rule::strict) return serve_strictly();
            if (discipline_.reserves()) serve_front();
            while (!serve_heads()) serve_front();
        } while (!running_.freed().empty()); // somebody has started elsewhere than where a place was reserved
    }

    void serve_strictly() {
        while (line_.size() > 0) {
            const std::size_t number = line_.order().begin()->arrival;
            const std::size_t kind = class_of(facts_.task_of(number));
            if (!is_worth_trying(kind, number)) return;
            if (start_waiting(number, kind)) continue;
            refuse(kind, number);
            if (!preempt_for(number, kind)) return;
        }
    }

    /// Tries those of every class that was not refused, the first in line first.
    ///
    /// @return false where somebody who had reserved a place has started, so that others may reserve
    bool serve_heads() {
        using head = std::tuple<std::int64_t, place_in_line, std::size_t>; // share, place, class
        std::priority_queue<head, std::vector<head>, std::greater<head>> heads;
        const auto add = [&](std::size_t kind) {
            const waiting_class& each = line_.classes()[kind];
            if (each.line.size() == 0) return;
            const std::size_t first = each.line.first_below(each.refused_from);
            if (first != estimate_line::none) heads.push({quotas_.share_of(each.tenant), facts_.place_of(first), kind});
        };
        const auto add_all = [&] {
            heads = {};
            for (std::size_t kind = 0; kind < line_.classes().size(); ++kind) add(kind);
        };
        add_all();
        while (!heads.empty()) {
            const auto [share, place, kind] = heads.top();
            heads.pop();
            bool started = start_waiting(place.arrival, kind);
            if (!started) {
                refuse(kind, place.arrival);
                started = preempt_for(place.arrival, kind) || reclaim_for(place.arrival, kind);
            }
            if (discipline_.reserves() && reserved_.size() < std::min(discipline_.reservations(), line_.size())) return false;
            if (started && quotas_.by_share())
                add_all();
            else
                add(kind);
        }
        return true;
    }

    /// Tries the first tasks of the line, and reserves places for those that cannot start.
    void serve_front() {
        if (discipline_.estimates == estimate_rule::noisy && discipline_.order != queue_rule::drain &&
            calendar_.postpone_overdue(now_))
            running_.set_stale(true);
        if (running_.is_stale()) drop_reservations();
        std::size_t count = 0;
        for (auto next = line_.order().begin(); next != line_.order().end() && count < discipline_.reservations();) {
            const std::size_t number = next->arrival;
            const place_in_line place = *next;
            const std::size_t kind = class_of(facts_.task_of(number));
            const bool due = reserved_.begin_of(number) <= now_;
            if (due || is_worth_trying(kind, number)) {
                ++next;
                if (start_waiting(number, kind) ||
                    (discipline_.victims != victim_rule::none && preempt_for(number, kind))) {
                    note_freed();
                    continue;
                }
                refuse(kind, number);
                if (due) reserved_.drop_if([&](std::size_t each) { return each == number; }, running_.freed());
            } else {
                ++next;
            }
            if (!reserved_.holds(number)) reserve(number, kind);
            last_reserved_ = place;
            ++count;
        }
        if (reserved_.size() > count) drop_reservations_behind(last_reserved_);
        note_freed();
    }

    void reserve_front() {
        if (!discipline_.reserves()) return;
        const place_in_line first = *line_.order().begin();
        reserve(first.arrival, class_of(facts_.task_of(first.arrival)));
        last_reserved_ = first;
    }

    /// Reserves the earliest place of a task, or the nodes that it drains.
    void reserve(std::size_t number, std::size_t kind) {
        const waiting_class& waiting = line_.classes()[kind];
        if (discipline_.order == queue_rule::drain)
            reserved_.drain(number, waiting.request, waiting.members, now_);
        else
            reserved_.reserve(number, waiting.request, waiting.members, now_, facts_.estimate_of(number));
    }
    void drop_reservations() {
        reserved_.drop_all(running_.freed());
        running_.set_stale(false);
        note_freed();
    }
    /// Drops the reservations of tasks behind a place, whom somebody has passed by a higher priority.
    void drop_reservations_behind(place_in_line place) {
        reserved_.drop_if([&](std::size_t number) { return place < facts_.place_of(number); }, running_.freed());
    }

    /// Starts a task that waits, and takes it out of the line.
    bool start_waiting(std::size_t number, std::size_t kind) {
        const auto own = reserved_.take_out(number);
        if (!start(number, kind)) {
            if (own) reserved_.put_back(number, *own);
            return false;
        }
        if (own)
            for (const place_in_time& each : own->places) running_.freed().push_back(each.node.number());
        line_.erase(kind, facts_.place_of(number));
        return true;
    }

    /// Starts a task if it fits and delays nobody who has a reservation.
    bool start(std::size_t number, std::size_t kind) {
        if (!quotas_.admits(facts_.task_of(number))) return false;
        const request request = line_.classes()[kind].request;
        const std::int64_t estimate = facts_.estimate_of(number);
        const std::int64_t until = estimate >= never - now_ ? never : now_ + estimate;
        std::vector<placement> members = placer_.place(facts_.task_of(number), request, now_, until);
        if (members.empty()) return false;
        note_start(number, std::move(members), request, until);
        return true;
    }

    void note_start(std::size_t number, std::vector<placement> members, const request& request, std::int64_t until) {
        running_.start(number, std::move(members), placer_.level(), request, now_, until);
    }

    /// A task leaves.
    void leave(std::size_t slot) {
        const running_task task = running_.end(slot, now_);
        if (discipline_.eviction == eviction_rule::resume) facts_.forget(task.arrival);
    }

    /// Moves others for a task that fits nowhere, if that makes room for it, and starts it.
    bool move_for(std::size_t number, std::size_t kind) {
        const waiting_class& waiting = line_.classes()[kind];
        if (waiting.members > 1 || !quotas_.admits(facts_.task_of(number))) return false;
        const auto placed = room_.make_room(facts_.task_of(number).request, running_.freed());
        if (placed) note_start(number, {*placed}, waiting.request, never);
        return placed.has_value();
    }
    bool move_for_front() {
        if (discipline_.moves == 0 || line_.size() == 0) return false;
        const place_in_line first = *line_.order().begin();
        const std::size_t kind = class_of(facts_.task_of(first.arrival));
        if (!move_for(first.arrival, kind)) return false;
        line_.erase(kind, first);
        return true;
    }

    /// The first in line may end others as soon as that makes room for it.
    void preempt_for_front() {
        while (discipline_.victims != victim_rule::none && line_.size() > 0) {
            const std::size_t number = line_.order().begin()->arrival;
            const std::size_t kind = class_of(facts_.task_of(number));
            if (is_worth_trying(kind, number) || !preempt_for(number, kind)) return;
            note_freed();
        }
    }

    /// Ends tasks of lower priority for one that waits, if that makes room for it, and starts it.
    bool preempt_for(std::size_t number, std::size_t kind) {
        // Nobody ends others twice at one time, where that was in vain.
        if (discipline_.victims == victim_rule::none || (vain_.first == now_ && vain_.second == number))
            return false;
        // Who is behind somebody that has reserved a place would end others in vain.
        if (discipline_.reserves() && line_.size() > 0 && *line_.order().begin() < facts_.place_of(number)) return false;
        if (!quotas_.admits(facts_.task_of(number))) return false;
        const waiting_class& waiting = line_.classes()[kind];
        const auto info = [&](std::size_t slot) {
            const workload::task& other = facts_.task_of(running_.tasks()[slot].arrival);
            return std::pair{other.priority < waiting.priority, &line_.classes()[class_of(other)].request};
        };
        const auto victims = choose_victims(scheduler_.cluster(), running_.tasks(), waiting.request, waiting.members,
                                            discipline_.victims, now_, info);
        if (victims.empty()) return false;
        drop_reservations_behind(facts_.place_of(number));
        return end_and_start(victims, number, kind, false);
    }

    /// Ends tasks of those who have borrowed what the tenant of a waiting task is entitled to, if that lets it start.
    bool reclaim_for(std::size_t number, std::size_t kind) {
        if (!quotas_.reclaims() || (vain_.first == now_ && vain_.second == number)) return false;
        const auto request_of = [&](std::size_t arrival) { return &line_.classes()[class_of(facts_.task_of(arrival))].request; };
        const auto victims = choose_reclaimed(scheduler_.cluster(), running_.tasks(), facts_, quotas_, discipline_.victims, now_, number,
                                              line_.classes()[kind].request, request_of);
        return !victims.empty() && end_and_start(victims, number, kind, true);
    }

    /// Ends tasks, and starts one for which that makes room.
    bool end_and_start(const std::vector<std::size_t>& victims, std::size_t number, std::size_t kind, bool by_quota) {
        for (const std::size_t slot : victims) evict(slot, by_quota);
        const bool waits = line_.order().contains(facts_.place_of(number));
        const bool started = waits ? start_waiting(number, kind) : start(number, kind);
        if (!started) vain_ = {now_, number};
        return started;
    }
    void evict(std::size_t slot, bool by_quota) {
        const running_task task = running_.end(slot, now_);
        const std::int64_t ran = now_ - task.start;
        listener_.evicted(task.arrival, ran, discipline_.eviction == eviction_rule::drop, by_quota);
        if (discipline_.eviction == eviction_rule::drop) return;
        if (discipline_.eviction == eviction_rule::resume) facts_.add_run(task.arrival, ran);
        line_.push(class_of(facts_.task_of(task.arrival)), facts_.place_of(task.arrival),
                   facts_.estimate_of(task.arrival));
    }

    Scheduler& scheduler_;
    const discipline discipline_;
    Listener& listener_;
    arrival_facts facts_;
    std::int64_t now_ = 0;
    quota_keeper quotas_;
    waiting_line line_;
    node_calendar calendar_;
    running_book<Scheduler, Listener> running_;
    reservation_book reserved_;
    guarded_placer<Scheduler> placer_;
    room_maker<Scheduler, Listener> room_;
    possible_gangs possible_; // by class
    place_in_line last_reserved_{};
    std::pair<std::int64_t, std::size_t> vain_{std::numeric_limits<std::int64_t>::min(),
                                               0}; // when who ended others in vain
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
