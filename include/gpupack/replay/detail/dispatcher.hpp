// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/note_helped.hpp>
#include <gpupack/replay/detail/guarded_placer.hpp>
#include <gpupack/replay/detail/held_pieces.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/reservation_book.hpp>
#include <gpupack/replay/detail/room_maker.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/victims.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Decides which tasks start when, by a queue discipline, and knows what waits, what runs and what is reserved.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   hears of what happens: started(arrival, placements, gang_level), left(arrival, placements) before
///                    the placements are released, released(placements) after it, evicted(arrival, ran, gone),
///                    moved(arrival, before, after)
template <class Scheduler, class Listener> class dispatcher {
  public:
    dispatcher(Scheduler& scheduler, const std::vector<workload::task>& tasks,
               const std::vector<workload::arrival>& arrivals, const discipline& discipline, Listener& listener)
        : scheduler_{scheduler}, discipline_{discipline}, listener_{listener}, facts_{tasks, arrivals, discipline},
          calendar_{scheduler.cluster()}, reserved_{scheduler.cluster(), calendar_},
          placer_{scheduler, calendar_, reserved_, discipline.order == queue_rule::drain},
          room_{scheduler, running_, facts_, listener, discipline.reserves() ? 0 : discipline.moves} {}

    /// How many tasks wait.
    [[nodiscard]] std::size_t waiting() const noexcept { return line_.size(); }
    /// When the next task leaves.
    [[nodiscard]] std::optional<std::int64_t> next_departure() { return running_.next_departure(); }

    /// Whether an empty cluster would have room for a task.
    [[nodiscard]] bool is_possible(const workload::task& task) {
        if (!scheduler_.fits_empty(task.request)) return false;
        if (task.members <= 1) return true;
        const auto [known, is_new] = possible_.try_emplace(class_of(task), false);
        if (is_new) known->second = has_room_empty(scheduler_.cluster(), line_.classes()[known->first].request, task.members);
        return known->second;
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
            if (discipline_.order != queue_rule::overtake) reserve_front();
            return false;
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
        if (!freed_.empty()) serve();
        return started;
    }

    /// Places a task now or never.
    bool place_at_once(std::size_t number, std::int64_t now) {
        now_ = now;
        const std::size_t kind = class_of(facts_.task_of(number));
        return start(number, kind) || move_for(number, kind) || preempt_for(number, kind);
    }

    /// All tasks that end at a time leave; then those start that may.
    void depart(std::int64_t now) {
        now_ = now;
        while (running_.next_departure() == now) leave(running_.next());
        if (line_.size() > 0) serve();
        while (move_for_front()) serve();
        if (line_.size() > 0 && running_.size() == 0) plan_anew();
        freed_.clear();
    }

    /// Empties the queue.
    ///
    /// @return the arrivals that waited, the first in line first
    [[nodiscard]] std::vector<std::size_t> take_all() const {
        std::vector<std::size_t> all;
        for (const place_in_line& each : line_.order()) all.push_back(each.arrival);
        std::sort(all.begin(), all.end());
        return all;
    }

  private:
    static constexpr std::int64_t never = estimate_line::never;

    [[nodiscard]] std::size_t class_of(const workload::task& task) {
        return line_.class_of(effective_request(scheduler_.rule(), task.request), task, 0);
    }

    /// The estimate by which a line is kept: below never.
    [[nodiscard]] std::int64_t rank_of(std::size_t number) const noexcept {
        return std::min(facts_.estimate_of(number), never - 1);
    }
    [[nodiscard]] bool is_worth_trying(std::size_t kind, std::size_t number) {
        return rank_of(number) < line_.classes()[kind].refused_from;
    }
    void refuse(std::size_t kind, std::size_t number) {
        std::int64_t& bound = line_.classes()[kind].refused_from;
        // Where no reservation stands in the way, shorter tasks are refused as well.
        bound = placer_.was_denied() ? std::min(bound, rank_of(number)) : 0;
    }

    /// Looks which classes something that has left may have helped.
    void note_freed() { note_helped(line_.classes(), scheduler_.cluster(), freed_); }

    /// Nobody runs, and yet somebody waits: where estimates were wrong, reservations can be in each other's way.
    void plan_anew() {
        reserved_.drop_all(freed_);
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
        } while (!freed_.empty()); // somebody has started elsewhere than where a place was reserved
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
        using head = std::pair<place_in_line, std::size_t>;
        std::priority_queue<head, std::vector<head>, std::greater<head>> heads;
        const auto add = [&](std::size_t kind) {
            const waiting_class& each = line_.classes()[kind];
            if (each.line.size() == 0) return;
            const std::size_t first = each.line.first_below(each.refused_from);
            if (first != estimate_line::none) heads.push({facts_.place_of(first), kind});
        };
        for (std::size_t kind = 0; kind < line_.classes().size(); ++kind) add(kind);
        while (!heads.empty()) {
            const auto [place, kind] = heads.top();
            heads.pop();
            const bool started = start_waiting(place.arrival, kind);
            if (!started) refuse(kind, place.arrival);
            if (!started) (void)preempt_for(place.arrival, kind);
            if (discipline_.reserves() && reserved_.size() < std::min(discipline_.reservations(), line_.size())) return false;
            add(kind);
        }
        return true;
    }

    /// Tries the first tasks of the line, and reserves places for those that cannot start.
    void serve_front() {
        if (discipline_.estimates == estimate_rule::noisy && discipline_.order != queue_rule::drain &&
            calendar_.postpone_overdue(now_))
            is_stale_ = true;
        if (is_stale_) drop_reservations();
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
                if (due) reserved_.drop_if([&](std::size_t each) { return each == number; }, freed_);
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
        reserved_.drop_all(freed_);
        is_stale_ = false;
        note_freed();
    }
    /// Drops the reservations of tasks behind a place, whom somebody has passed by a higher priority.
    void drop_reservations_behind(place_in_line place) {
        reserved_.drop_if([&](std::size_t number) { return place < facts_.place_of(number); }, freed_);
    }

    /// Starts a task that waits, and takes it out of the line.
    bool start_waiting(std::size_t number, std::size_t kind) {
        const auto own = reserved_.take_out(number);
        if (!start(number, kind)) {
            if (own) reserved_.put_back(number, *own);
            return false;
        }
        if (own)
            for (const place_in_time& each : own->places) freed_.push_back(each.node.number());
        line_.erase(kind, facts_.place_of(number));
        return true;
    }

    /// Starts a task if it fits and delays nobody who has a reservation.
    bool start(std::size_t number, std::size_t kind) {
        const request request = line_.classes()[kind].request;
        const std::int64_t estimate = facts_.estimate_of(number);
        const std::int64_t until = estimate >= never - now_ ? never : now_ + estimate;
        std::vector<placement> members = placer_.place(facts_.task_of(number), request, now_, until);
        if (members.empty()) return false;
        note_start(number, std::move(members), request, until);
        return true;
    }

    void note_start(std::size_t number, std::vector<placement> members, const request& request,
                    std::int64_t until) {
        listener_.started(number, members, placer_.level());
        const auto length = facts_.length_of(number);
        if (discipline_.plans_ahead()) {
            const gpupack::request* const kept = &*kept_requests_.insert(request).first;
            for (const placement& each : members)
                calendar_.add(each.node,
                              {now_, until, number, kept, each.gpus, each.slots, true, held_pieces(scheduler_.cluster(), each, request)});
        }
        const std::size_t slot = running_.start({number, 0, now_, std::move(members)});
        if (length) running_.end_at(slot, now_ + *length);
    }

    /// A task leaves.
    void leave(std::size_t slot) {
        const running_task task = running_.remove(slot);
        give_back(task);
        if (discipline_.eviction == eviction_rule::resume) facts_.forget(task.arrival);
    }

    void give_back(const running_task& task) {
        listener_.left(task.arrival, task.members);
        for (const placement& each : task.members) {
            if (discipline_.plans_ahead()) {
                for (const booking& there : calendar_.on(each.node))
                    if (there.running && there.owner == task.arrival && there.end > now_) is_stale_ = true;
                calendar_.remove(each.node, task.arrival, true);
            }
            scheduler_.release(each);
            freed_.push_back(each.node.number());
        }
        listener_.released(task.members);
    }

    /// Moves others for a task that fits nowhere, if that makes room for it, and starts it.
    bool move_for(std::size_t number, std::size_t kind) {
        const waiting_class& waiting = line_.classes()[kind];
        if (waiting.members > 1) return false;
        const auto placed = room_.make_room(facts_.task_of(number).request, freed_);
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
        const waiting_class& waiting = line_.classes()[kind];
        const auto victims =
            choose_victims(scheduler_.cluster(), running_, waiting.request, waiting.members, discipline_.victims,
                           now_, [&](std::size_t slot) {
                               const std::size_t arrival = running_[slot].arrival;
                               return std::pair{facts_.task_of(arrival).priority < waiting.priority,
                                                &line_.classes()[class_of(facts_.task_of(arrival))].request};
                           });
        if (victims.empty()) return false;
        drop_reservations_behind(facts_.place_of(number));
        for (const std::size_t slot : victims) evict(slot);
        const bool waits = line_.order().contains(facts_.place_of(number));
        const bool started = waits ? start_waiting(number, kind) : start(number, kind);
        if (!started) vain_ = {now_, number};
        return started;
    }
    void evict(std::size_t slot) {
        const running_task task = running_.remove(slot);
        give_back(task);
        const std::int64_t ran = now_ - task.start;
        listener_.evicted(task.arrival, ran, discipline_.eviction == eviction_rule::drop);
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
    waiting_line line_;
    running_tasks running_;
    node_calendar calendar_;
    reservation_book reserved_;
    guarded_placer<Scheduler> placer_;
    room_maker<Scheduler, Listener> room_;
    std::unordered_set<gpupack::request, request_hash> kept_requests_; // of those who run; their addresses stay
    std::map<std::size_t, bool> possible_;                             // by class of gangs
    std::vector<std::uint32_t> freed_;                                 // nodes from which something has left
    place_in_line last_reserved_{};
    std::pair<std::int64_t, std::size_t> vain_{std::numeric_limits<std::int64_t>::min(),
                                               0}; // when who ended others in vain
    bool is_stale_ = false;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
