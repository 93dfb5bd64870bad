// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/replay/detail/gang_level.hpp>
#include <gpupack/replay/detail/guarded_placer.hpp>
#include <gpupack/replay/detail/line_walk.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/nodes_without_lower.hpp>
#include <gpupack/replay/detail/note_helped.hpp>
#include <gpupack/replay/detail/quota_keeper.hpp>
#include <gpupack/replay/detail/reservation_book.hpp>
#include <gpupack/replay/detail/running_book.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Starts tasks where they fit and delay nobody who has reserved a place, and keeps what waits, runs and is reserved.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   see dispatcher
template <class Scheduler, class Listener> class task_starter {
  public:
    task_starter(Scheduler& scheduler, const std::vector<workload::task>& tasks,
                 const std::vector<workload::arrival>& arrivals, const options& options, Listener& listener)
        : scheduler_{scheduler}, discipline_{options.queue}, facts_{tasks, arrivals, discipline_},
          classes_(tasks.size(), 0), quotas_{scheduler.cluster(), options.quotas}, calendar_{scheduler.cluster()},
          running_{scheduler, discipline_, facts_, calendar_, quotas_, listener},
          reserved_{scheduler.cluster(), calendar_}, placer_{scheduler, calendar_, reserved_,
                                                             discipline_.order == queue_rule::drain} {}

    /// The discipline.
    [[nodiscard]] const discipline& rules() const noexcept { return discipline_; }
    /// What holds of each arrival.
    [[nodiscard]] arrival_facts& facts() noexcept { return facts_; }
    /// Whose quotas admit what.
    [[nodiscard]] quota_keeper& quotas() noexcept { return quotas_; }
    /// Who waits.
    [[nodiscard]] waiting_line& line() noexcept { return line_; }
    /// The same.
    [[nodiscard]] const waiting_line& line() const noexcept { return line_; }
    /// Who runs.
    [[nodiscard]] running_book<Scheduler, Listener>& running() noexcept { return running_; }
    /// Who has reserved what.
    [[nodiscard]] reservation_book& reserved() noexcept { return reserved_; }
    /// Who is expected to leave when.
    [[nodiscard]] node_calendar& calendar() noexcept { return calendar_; }
    /// The time.
    [[nodiscard]] std::int64_t now() const noexcept { return now_; }
    /// Says what time it is.
    void set_now(std::int64_t now) noexcept { now_ = now; }

    /// The class of a task, made where it is new.
    [[nodiscard]] std::size_t class_of(const workload::task& task) {
        return line_.class_of(effective_request(scheduler_.rule(), task.request), task, quotas_.tenant_of(task));
    }
    /// The class of an arrival, which is remembered of its task.
    [[nodiscard]] std::size_t class_of(std::size_t number) {
        std::uint32_t& known = classes_[facts_.task_number_of(number)];
        if (known == 0) known = static_cast<std::uint32_t>(class_of(facts_.task_of(number)) + 1);
        return known - 1;
    }

    /// Walks along the line.
    [[nodiscard]] line_walk walk() { return {line_, facts_, quotas_, reserved_}; }
    /// Whether nobody stands in the line before a task, which may wait or not.
    [[nodiscard]] bool is_first(std::size_t number) {
        const auto first = walk().next();
        return !first || !(rank_of(*first) < rank_of(number));
    }
    /// Whether the quota of a task admits it beside those before it who have reserved places, so that it does not stand aside.
    [[nodiscard]] bool stands_in_line(std::size_t number) {
        if (!quotas_.limits() || reserved_.holds(number)) return true;
        std::vector<const workload::task*> ahead;
        for (const std::size_t other : reserved_.numbers())
            if (rank_of(other) < rank_of(number)) ahead.push_back(&facts_.task_of(other));
        return quotas_.stands_in_line(facts_.task_of(number), ahead);
    }
    /// Where a task stands.
    [[nodiscard]] rank_in_line rank_of(std::size_t number) {
        const std::int64_t share = quotas_.by_share() ? quotas_.share_of(quotas_.tenant_of(facts_.task_of(number))) : 0;
        return {share, facts_.place_of(number)};
    }

    /// Whether a task was not refused since something has left that would help it.
    [[nodiscard]] bool is_worth_trying(std::size_t kind, std::size_t number) const {
        return bound_of(number) < line_.classes()[kind].refused_from;
    }
    /// Whether a task could start where it has reserved a place for later. What it has reserved is in the way of all others of its
    /// class, so that it may be able to where they were refused.
    ///
    /// Where it could not once, it cannot later, as long as nothing changes on those nodes: nobody has left, and what others have
    /// reserved comes closer. So each is looked at once for each change there.
    [[nodiscard]] bool may_start_early(std::size_t number, std::size_t kind) {
        if (!discipline_.plans_ahead()) return false;
        const reservation* const own = reserved_.find(number);
        if (own == nullptr) return false;
        const std::int64_t until = end_of(number);
        const request& request = line_.classes()[kind].request;
        const bool may = std::any_of(own->places.begin(), own->places.end(), [&](const place_in_time& each) {
            return calendar_.version_of(each.node) > own->seen && fit::fits(scheduler_.cluster()[each.node], request) &&
                   calendar_.free_during(each.node, request, now_, until, number);
        });
        if (!may) reserved_.note_seen(number);
        return may;
    }
    /// Whether nothing has changed for a task that has reserved a place for later, so that may_start_early() need not be asked.
    [[nodiscard]] bool is_settled(std::size_t number) {
        const reservation* const own = reserved_.find(number);
        return own != nullptr && own->begin > now_ &&
               std::none_of(own->places.begin(), own->places.end(),
                            [&](const place_in_time& each) { return calendar_.version_of(each.node) > own->seen; }) &&
               !is_worth_trying(class_of(number), number);
    }
    /// A task could not start.
    void refuse(std::size_t kind, std::size_t number) {
        // Where neither a reservation nor a reserved quota stands in the way, shorter tasks are refused as well.
        const bool may_help_shorter = was_late_ || (!by_quota_ && placer_.was_denied());
        std::int64_t bound = may_help_shorter ? bound_of(number) : 0;
        if (const auto last = placer_.last_end(); may_help_shorter && !by_quota_ && last)
            bound = std::min(bound, *last - now_ + 1);
        line_.refuse(kind, bound, by_quota_);
    }
    /// Looks which classes something that has left may have helped: to start, or where everybody may end others, to do that.
    ///
    /// @return whether it may have helped some
    bool note_freed() {
        quotas_.note_ended(line_.classes(), facts_);
        std::vector<std::uint32_t>& freed = running_.freed();
        if (freed.empty()) return false;
        std::sort(freed.begin(), freed.end());
        freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
        const cluster& cluster = scheduler_.cluster();
        bool helps = note_helped(line_.classes(), freed, nodes_as_they_are{cluster});
        if (discipline_.victims != victim_rule::none && discipline_.order == queue_rule::overtake) {
            const auto info = [&](std::size_t slot) {
                const workload::task& task = facts_.task_of(running_.tasks()[slot].arrival);
                return std::pair{task.priority, &line_.classes()[class_of(task)].request};
            };
            helps |= note_helped(line_.classes(), freed, nodes_without_lower{cluster, running_.tasks(), info});
        }
        freed.clear();
        return helps;
    }

    /// Starts a task that waits, and takes it out of the line.
    bool start_waiting(std::size_t number, std::size_t kind) {
        // What it has reserved stays in the calendar meanwhile where that can tell what is free without it.
        const bool stays = discipline_.plans_ahead() && reserved_.is_whole(number);
        auto own = stays ? std::nullopt : reserved_.take_out(number);
        if (!start(number, kind)) {
            if (own) reserved_.put_back(number, *own);
            return false;
        }
        if (stays) own = reserved_.take_out(number);
        if (own) {
            for (const place_in_time& each : own->places) running_.freed().push_back(each.node.number());
            quotas_.note_given_up();
        }
        line_.erase(kind, facts_.place_of(number));
        return true;
    }
    /// Starts a task if its quota admits it, it fits, and it delays nobody else who has a reservation.
    bool start(std::size_t number, std::size_t kind) {
        const std::int64_t until = end_of(number);
        if (!admits(number, until)) return false;
        const request request = line_.classes()[kind].request;
        std::vector<placement> members = placer_.place(facts_.task_of(number), request, now_, until, number);
        if (members.empty()) return false;
        note_start(number, std::move(members), request, until);
        return true;
    }
    /// A task starts that was placed.
    void note_start(std::size_t number, std::vector<placement> members, const request& request, std::int64_t until) {
        const int level = gang_level_of(scheduler_.cluster(), members);
        running_.start(number, std::move(members), level, request, now_, until);
    }

    /// Reserves the earliest place of a task, or the nodes that it drains.
    void reserve(std::size_t number, std::size_t kind) {
        const waiting_class& waiting = line_.classes()[kind];
        if (discipline_.order == queue_rule::drain)
            reserved_.drain(number, waiting.request, waiting.members, now_);
        else
            reserved_.reserve(number, waiting.request, waiting.members, now_, facts_.estimate_of(number));
    }
    /// Drops the reservations of some tasks.
    ///
    /// @param drops  drops(arrival)
    /// @return       whether there were any
    template <class Drops> bool drop_reservations(const Drops& drops) {
        const std::size_t before = reserved_.size();
        reserved_.drop_if(drops, running_.freed());
        if (reserved_.size() == before) return false;
        quotas_.note_given_up();
        return true;
    }
    /// Drops the reservations of those who stand behind a task in the line.
    bool drop_reservations_behind(std::size_t number) {
        return drop_reservations([&, own = rank_of(number)](std::size_t other) { return own < rank_of(other); });
    }

  private:
    static constexpr std::int64_t never = estimate_line::never;

    /// When a task would be expected to end if it started now.
    [[nodiscard]] std::int64_t end_of(std::size_t number) const noexcept {
        const std::int64_t estimate = facts_.estimate_of(number);
        return estimate >= never - now_ ? never : now_ + estimate;
    }
    /// The estimate by which a line is kept: below never.
    [[nodiscard]] std::int64_t bound_of(std::size_t number) const noexcept {
        return std::min(facts_.estimate_of(number), never - 1);
    }

    /// Whether its quota lets a task run until a time, beside all who run and all who have reserved a place before it ends.
    [[nodiscard]] bool admits(std::size_t number, std::int64_t until) {
        by_quota_ = was_late_ = false;
        if (!quotas_.limits()) return true;
        const workload::task& task = facts_.task_of(number);
        by_quota_ = !quotas_.admits(task);
        if (by_quota_) return false;
        std::vector<const workload::task*> ahead;
        for (const std::size_t other : reserved_.numbers(until))
            if (other != number) ahead.push_back(&facts_.task_of(other));
        by_quota_ = was_late_ = !ahead.empty() && !quotas_.admits_beside(task, ahead);
        return !by_quota_;
    }

    Scheduler& scheduler_;
    const discipline discipline_;
    arrival_facts facts_;
    std::vector<std::uint32_t> classes_; // [tasks]  number of its class, from 1; 0 while it is not known
    std::int64_t now_ = 0;
    quota_keeper quotas_;
    waiting_line line_;
    node_calendar calendar_;
    running_book<Scheduler, Listener> running_;
    reservation_book reserved_;
    guarded_placer<Scheduler> placer_;
    bool by_quota_ = false; // whether a quota refused the last task
    bool was_late_ = false; // whether it was one that others have reserved, and that a shorter task might use
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
