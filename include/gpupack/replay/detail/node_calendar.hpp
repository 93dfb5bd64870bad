// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/replay/detail/whole_gpus.hpp>
#include <gpupack/replay/detail/whole_profile.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/slot_list.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// A place that a task could take for a while.
struct place_in_time {
    std::int64_t begin = 0; ///< From when on.
    node_id node{};         ///< Where.
    gpu_set gpus{};         ///< On the node; they are free all the time.
    slot_list slots{};      ///< For instances.
};

/// Who is expected to leave which node when, and who has reserved a place on it.
///
/// Cost: a look at a node is linear in what is on it, and copies the node unless all that is on it is whole; the earliest place
/// of a request looks at the nodes in the order in which something leaves them, until one has room.
class node_calendar {
  public:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max(); ///< A task that does not leave.
    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);             ///< No arrival.

    /// @param cluster  what is closed in it stays so; what is closed later, to keep a reservation, is not seen
    explicit node_calendar(const cluster& cluster)
        : cluster_{cluster}, on_node_(cluster.size()), reservations_(cluster.size(), 0), parts_(cluster.size(), 0),
          versions_(cluster.size(), 0), profiles_(cluster.size()) {
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const node_view node = cluster.node_at(n);
            gpu_set closed;
            for (int i = 0; i < node.gpu_count(); ++i)
                if (node.gpu(i).closed) closed.insert(i);
            closed_.emplace_back(node.closed(), closed);
            idle_.emplace_back(node, closed);
        }
    }

    /// What is on a node.
    [[nodiscard]] const std::vector<booking>& on(node_id node) const noexcept { return on_node_[node.number()]; }
    /// Whether all that is on a node is whole GPUs, or none.
    [[nodiscard]] bool is_whole_on(node_id node) const noexcept { return parts_[node.number()] == 0; }
    /// Whether somebody has reserved a place on the node.
    [[nodiscard]] bool is_reserved(node_id node) const noexcept { return reservations_[node.number()] > 0; }

    /// Counts what is written or struck.
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
    /// The version at which something was written on a node, or struck there, last.
    [[nodiscard]] std::uint64_t version_of(node_id node) const noexcept { return versions_[node.number()]; }

    /// Writes down what is on a node from now on, or will be.
    void add(node_id node, const booking& each) {
        on_node_[node.number()].push_back(each);
        count(node, each, 1);
        if (each.end != never) events_.insert({each.end, node.number()});
    }

    /// Strikes what an arrival has, or has reserved, on a node.
    void remove(node_id node, std::size_t owner, bool running) {
        std::vector<booking>& all = on_node_[node.number()];
        for (std::size_t i = 0; i < all.size();) {
            if (all[i].owner != owner || all[i].running != running) {
                ++i;
                continue;
            }
            count(node, all[i], -1);
            strike_event(all[i].end, node);
            all[i] = all.back();
            all.pop_back();
        }
    }

    /// Changes when a running task is expected to leave a node.
    void postpone(node_id node, std::size_t owner, std::int64_t end) {
        for (booking& each : on_node_[node.number()]) {
            if (each.owner != owner || !each.running) continue;
            strike_event(each.end, node);
            each.end = end;
            versions_[node.number()] = ++version_;
            if (end != never) events_.insert({end, node.number()});
        }
    }

    /// The GPUs of a node that serve a request from begin to end beside all that is expected there; nothing where the
    /// node cannot. For a request without GPUs: an empty set.
    ///
    /// @param id       of the node
    /// @param request  as it is placed
    /// @param begin    from when on
    /// @param end      until when
    /// @param without  an arrival whose reservation does not count
    [[nodiscard]] std::optional<gpu_set> free_during(node_id id, const request& request, std::int64_t begin,
                                                     std::int64_t end, std::size_t without = nobody) const {
        if (is_whole_on(id, request)) return whole_during(id, request, begin, end, without);
        const node_copy start = at(id, begin, without);
        if (!fit::fits(start.view(), request)) return std::nullopt;
        gpu_set serving = fit::fitting_gpus(start.view(), request);
        if (reservations_[id.number()] > 0)
            for (const booking& each : on(id)) {
                if (each.running || each.owner == without || each.begin <= begin || each.begin >= end) continue;
                const node_copy then = at(id, each.begin, without);
                if (!fit::host_fits(then.view(), request)) return std::nullopt;
                serving = serving & fit::fitting_gpus(then.view(), request);
            }
        if (!fit::gpus_suffice(start.view(), request, serving)) return std::nullopt;
        return serving;
    }

    /// Until when a node can serve a request from begin on, so that free_during() finds something for all that end by then; nothing
    /// where that is not known: something on it is not whole, or an arrival has reserved a place there that does not count.
    [[nodiscard]] std::optional<std::int64_t> free_until(node_id id, const request& request, std::int64_t begin,
                                                         std::size_t without = nobody) const {
        if (!is_whole_on(id, request) || closed_[id.number()].first || has_reserved(id, without)) return std::nullopt;
        return profile_of(id.number()).until(cluster_.node_at(id.number()), request, begin);
    }

    /// Whether what was placed on a node stays free of all reservations until its end.
    ///
    /// @param placed   the place
    /// @param begin    from when on
    /// @param end      until when
    /// @param without  an arrival whose reservation does not count, where everything is whole; elsewhere it has none
    [[nodiscard]] bool is_free_until(const selection& placed, std::int64_t begin, std::int64_t end,
                                     std::size_t without = nobody) const {
        if (!is_reserved(placed.node)) return true;
        const bool is_whole = is_whole_on(placed.node);
        const node_view node = cluster_[placed.node];
        for (const booking& each : on(placed.node)) {
            if (each.running || each.owner == without || each.begin >= end || each.end <= begin) continue;
            // The cluster holds what was placed; with the reservation it must hold both.
            if (is_whole) {
                if (closed_[placed.node.number()].first ||
                    !whole_at(node, std::max(begin, each.begin), each.owner, without).has(each))
                    return false;
                continue;
            }
            const node_copy then = at(placed.node, std::max(begin, each.begin), each.owner);
            if (!fit::fits_on(then.view(), *each.request, each.gpus, each.slots)) return false;
        }
        return true;
    }

    /// The earliest place of a request for some time on a node.
    [[nodiscard]] std::optional<place_in_time> earliest_on(node_id id, const request& request, std::int64_t now,
                                                           std::int64_t length) const {
        std::vector<std::int64_t> times{now};
        for (const booking& each : on(id))
            if (each.end != never && each.end > now) times.push_back(each.end);
        std::sort(times.begin(), times.end());
        for (const std::int64_t time : times)
            if (const auto found = place_at(id, request, time, length)) return found;
        return std::nullopt;
    }

    /// The earliest place of a request after now; ties go to the lower node.
    ///
    /// @param served  whether a node could ever serve the request, by number
    template <class Served> [[nodiscard]] std::optional<place_in_time>
    earliest(const request& request, std::int64_t now, std::int64_t length, const Served& served) const {
        for (const auto& [time, number] : events_) {
            if (time < now || !served(number)) continue;
            if (const auto found = place_at(cluster_.id_at(number), request, time, length)) return found;
        }
        return std::nullopt;
    }

    /// The earliest time at which all members of a gang have a place, and the places; nothing where there is none.
    ///
    /// @param served  whether a node could ever serve a member, by number
    template <class Served>
    [[nodiscard]] std::optional<std::vector<place_in_time>> earliest_gang(const request& request, std::int64_t members,
                                                                          std::int64_t now, std::int64_t length,
                                                                          const Served& served) const {
        std::vector<std::int64_t> room(on_node_.size(), 0);
        std::int64_t all = 0;
        for (std::uint32_t n = 0; n < room.size(); ++n)
            if (served(n)) all += room[n] = members_at(cluster_.id_at(n), request, members, now, length);
        if (all >= members)
            if (auto places = places_of_gang(room, request, members, now, length)) return places;
        for (const auto& [time, number] : events_) {
            if (time <= now || !served(number)) continue;
            all -= room[number];
            all += room[number] = members_at(cluster_.id_at(number), request, members, time, length);
            if (all < members) continue;
            if (auto places = places_of_gang(room, request, members, time, length)) return places;
        }
        return std::nullopt;
    }

    /// Tasks that have stayed longer than expected: each is expected to run twice as long as it was.
    ///
    /// @return whether there were any
    bool postpone_overdue(std::int64_t now) {
        std::vector<std::pair<node_id, booking>> late;
        for (const auto& [time, number] : events_) {
            if (time > now) break;
            for (const booking& each : on_node_[number])
                if (each.running && each.end == time) late.push_back({cluster_.id_at(number), each});
        }
        for (const auto& [node, each] : late)
            postpone(node, each.owner, std::max(now + 1, each.begin + 2 * (each.end - each.begin)));
        return !late.empty();
    }

    /// A place of a request on a node from a time on, for so long.
    [[nodiscard]] std::optional<place_in_time> place_at(node_id id, const request& request, std::int64_t time,
                                                        std::int64_t length) const {
        const std::int64_t end = length >= never - time ? never : time + length;
        const auto serving = free_during(id, request, time, end);
        if (!serving) return std::nullopt;
        place_in_time place{time, id, serving->lowest(request.gpus), {}};
        if (asks_whole(request)) return place;
        const node_copy then = at(id, time);
        if (request.share.is_split() || request.numa != numa_alignment::none)
            place.gpus = fit::lowest_gpus(then.view(), request);
        place.slots = fit::lowest_slots(then.view(), place.gpus, request.share);
        return place;
    }

    /// A node as it is expected to be at a time, without what one arrival has reserved.
    [[nodiscard]] node_copy at(node_id id, std::int64_t time, std::size_t without = nobody) const {
        const std::vector<booking>& all = on(id);
        node_copy copy{cluster_.node_at(id.number()), closed_[id.number()].first, closed_[id.number()].second, all,
                       time};
        if (reservations_[id.number()] == 0) return copy;
        for (const booking& each : all) {
            if (each.running || each.owner == without || each.begin > time || each.end <= time) continue;
            // Where tasks stay longer than expected, a place that was reserved may not be there.
            if (fit::fits_on(copy.view(), *each.request, each.gpus, each.slots)) copy.add(each);
        }
        return copy;
    }

  private:
    /// A profile, and the version of the node of which it is.
    struct dated_profile {
        std::uint64_t version = 0;
        whole_profile profile;
    };

    /// Counts something on a node in (sign 1) or out (sign -1).
    void count(node_id node, const booking& each, int sign) {
        reservations_[node.number()] += each.running ? 0 : sign;
        parts_[node.number()] += is_whole(each) ? 0 : sign;
        versions_[node.number()] = ++version_;
    }

    /// Whether everything on a node is whole, and a request as well.
    [[nodiscard]] bool is_whole_on(node_id id, const request& request) const noexcept {
        return is_whole_on(id) && asks_whole(request);
    }
    /// at() for a node on which everything is whole, as it is now; it must be open.
    [[nodiscard]] whole_gpus whole_at(const node_view& node, std::int64_t time, std::size_t without,
                                      std::size_t other = nobody) const {
        const std::uint32_t number = node.id().number();
        whole_gpus free{node, closed_[number].second};
        for (const booking& each : on_node_[number])
            if (each.running && each.end <= time) free.remove(each);
        if (reservations_[number] == 0) return free;
        for (const booking& each : on_node_[number])
            if (!each.running && each.owner != without && each.owner != other && each.begin <= time && each.end > time)
                free.add_if_free(each);
        return free;
    }
    /// The same over time, with all that is reserved.
    [[nodiscard]] const whole_profile& profile_of(std::uint32_t number) const {
        dated_profile& known = profiles_[number];
        if (known.version != versions_[number] || versions_[number] == 0) {
            known.profile.assign(idle_[number], on_node_[number]);
            known.version = versions_[number];
        }
        return known.profile;
    }
    /// free_during() for the same.
    [[nodiscard]] std::optional<gpu_set> whole_during(node_id id, const request& request, std::int64_t begin,
                                                      std::int64_t end, std::size_t without) const {
        if (closed_[id.number()].first) return std::nullopt;
        const node_view node = cluster_.node_at(id.number());
        if (!has_reserved(id, without)) return profile_of(id.number()).during(node, request, begin, end);
        const whole_gpus start = whole_at(node, begin, without);
        gpu_set serving = start.serving(node, request);
        if (!start.host_fits(node, request) || serving.size() < request.gpus) return std::nullopt;
        for (const booking& each : on(id)) {
            if (each.running || each.owner == without || each.begin <= begin || each.begin >= end) continue;
            const whole_gpus then = whole_at(node, each.begin, without);
            serving = serving & then.serving(node, request);
            if (!then.host_fits(node, request) || serving.size() < request.gpus) return std::nullopt;
        }
        return serving;
    }
    /// Whether an arrival has reserved a place on a node.
    [[nodiscard]] bool has_reserved(node_id id, std::size_t owner) const noexcept {
        return owner != nobody && is_reserved(id) &&
               std::any_of(on(id).begin(), on(id).end(),
                           [&](const booking& each) { return !each.running && each.owner == owner; });
    }

    [[nodiscard]] std::int64_t members_at(node_id id, const request& request, std::int64_t members, std::int64_t time,
                                          std::int64_t length) const {
        const std::int64_t end = length >= never - time ? never : time + length;
        if (is_whole_on(id, request) && !closed_[id.number()].first) {
            const node_view node = cluster_.node_at(id.number());
            const whole_profile& profile = profile_of(id.number());
            const auto serving = profile.during(node, request, time, end);
            return serving ? profile.at(time).members(node, request, *serving, members) : 0;
        }
        if (reservations_[id.number()] == 0) return members_that_fit(at(id, time).view(), request, members);
        const auto serving = free_during(id, request, time, end);
        if (!serving) return 0;
        const std::int64_t most = members_that_fit(at(id, time).view(), request, members);
        return request.gpus == 0 ? most : std::min<std::int64_t>(most, serving->size() / request.gpus);
    }

    /// Places of all members at a time: on the nodes with the most room, ties to the lower node.
    [[nodiscard]] std::optional<std::vector<place_in_time>> places_of_gang(const std::vector<std::int64_t>& room,
                                                                           const request& request, std::int64_t members,
                                                                           std::int64_t time,
                                                                           std::int64_t length) const {
        std::vector<std::uint32_t> order;
        for (std::uint32_t n = 0; n < room.size(); ++n)
            if (room[n] > 0) order.push_back(n);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return room[a] > room[b]; });
        std::vector<place_in_time> places;
        for (const std::uint32_t n : order) {
            const std::int64_t count = members_at(cluster_.id_at(n), request,
                                                  members - static_cast<std::int64_t>(places.size()), time, length);
            const auto serving =
                free_during(cluster_.id_at(n), request, time, length >= never - time ? never : time + length);
            if (count == 0 || !serving) continue;
            node_copy then = at(cluster_.id_at(n), time);
            gpu_set rest = *serving;
            for (std::int64_t m = 0; m < count; ++m) {
                const bool plain = request.share.way() == sharing::exclusive && request.numa == numa_alignment::none;
                const gpu_set gpus = plain ? rest.lowest(request.gpus) : fit::lowest_gpus(then.view(), request);
                places.push_back({time, cluster_.id_at(n), gpus, fit::lowest_slots(then.view(), gpus, request.share)});
                then.add({time, time, 0, &request, gpus, places.back().slots, false, {}});
                if (plain) rest = rest - gpus;
            }
            if (static_cast<std::int64_t>(places.size()) == members) return places;
        }
        return std::nullopt;
    }

    void strike_event(std::int64_t end, node_id node) {
        if (end == never) return;
        const auto found = events_.find({end, node.number()});
        if (found != events_.end()) events_.erase(found);
    }

    const cluster& cluster_;
    std::vector<std::vector<booking>> on_node_;
    std::vector<int> reservations_;       // [nodes]
    std::vector<int> parts_;              // [nodes]  bookings that are not whole
    std::vector<std::uint64_t> versions_; // [nodes]  at which something there changed last
    std::uint64_t version_ = 0;
    std::vector<std::pair<bool, gpu_set>> closed_; // [nodes]  whether it is closed, and which of its GPUs are
    std::vector<whole_gpus> idle_;                 // [nodes]  what was free at the start
    mutable std::vector<dated_profile> profiles_;  // [nodes]  made when they are asked for
    std::multiset<std::pair<std::int64_t, std::uint32_t>> events_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
