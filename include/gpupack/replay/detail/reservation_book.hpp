// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/replay/detail/drained_nodes.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What a waiting task has reserved.
struct reservation {
    std::int64_t begin = node_calendar::never; ///< When it will start; never where that is not known.
    std::int64_t length = 0;                   ///< For how long.
    gpupack::request request{};                ///< As it is placed.
    std::vector<place_in_time> places{};       ///< Of its members; none where no time is known.
    std::uint64_t seen = 0; ///< Version of the calendar at which it could not start early on those nodes.
};

/// Who has reserved which places, by the number of the arrival.
class reservation_book {
  public:
    /// @param cluster   as it is
    /// @param calendar  in which the places are written
    reservation_book(const cluster& cluster, node_calendar& calendar) noexcept
        : cluster_{cluster}, calendar_{calendar} {}

    /// How many tasks have reserved places.
    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }
    /// Whether a task has.
    [[nodiscard]] bool holds(std::size_t number) const noexcept { return find(number) != nullptr; }
    /// What a task has reserved; none where it has not.
    [[nodiscard]] const reservation* find(std::size_t number) const noexcept {
        return number < of_.size() ? of_[number] : nullptr;
    }
    /// When the reservation of a task begins; never where there is none.
    [[nodiscard]] std::int64_t begin_of(std::size_t number) const noexcept {
        const reservation* const own = find(number);
        return own == nullptr ? node_calendar::never : own->begin;
    }
    /// Whether all that is on the nodes where a task has reserved places is whole GPUs, or none.
    [[nodiscard]] bool is_whole(std::size_t number) const noexcept {
        const reservation* const own = find(number);
        return own == nullptr || std::all_of(own->places.begin(), own->places.end(), [&](const place_in_time& each) {
                   return calendar_.is_whole_on(each.node);
               });
    }
    /// Whether some reservation should have begun before a time.
    [[nodiscard]] bool is_overdue(std::int64_t now) const noexcept {
        return !begins_.empty() && *begins_.begin() < now;
    }
    /// As the nodes of its places are now, a task could not start there before its time.
    void note_seen(std::size_t number) { of_[number]->seen = calendar_.version(); }
    /// Those who have, by number.
    ///
    /// @param time  only those whose reservations begin before it
    [[nodiscard]] std::vector<std::size_t> numbers(std::optional<std::int64_t> time = {}) const {
        std::vector<std::size_t> all;
        for (const auto& [number, kept] : held_)
            if (!time || kept.begin < *time) all.push_back(number);
        return all;
    }
    /// The nodes on which places are reserved, the lowest first, each with how many.
    [[nodiscard]] const std::vector<std::pair<std::uint32_t, int>>& nodes() const noexcept { return nodes_; }

    /// Reserves the earliest places of a task, in the stead of what it has reserved.
    void reserve(std::size_t number, const request& request, int members, std::int64_t now, std::int64_t length) {
        (void)take_out(number);
        const node_type* const types = cluster_.types().data();
        std::vector<signed char> by_type(cluster_.types().size(), -1);
        const auto served = [&](std::uint32_t n) {
            const node_type& type = cluster_.node_at(n).type();
            signed char& known = by_type[static_cast<std::size_t>(&type - types)];
            if (known < 0 || !request.ids.is_any()) // by id, nodes of one type differ
                known = fit::fits(fit::idle_node{type, cluster_.id_at(n)}.view(), request) ? 1 : 0;
            return known == 1;
        };
        reservation booked{.length = length, .request = request};
        if (members > 1) {
            if (auto places = calendar_.earliest_gang(request, members, now, length, served))
                booked.places = *std::move(places);
        } else if (const auto place = calendar_.earliest(request, now, length, served)) {
            booked.places = {*place};
        }
        if (!booked.places.empty()) booked.begin = booked.places.front().begin;
        put_back(number, booked);
    }

    /// Reserves nodes until the task starts, whenever that is, in the stead of those that it has reserved.
    void drain(std::size_t number, const request& request, int members, std::int64_t now) {
        (void)take_out(number);
        reservation booked{
            .length = node_calendar::never, .request = request, .places = nodes_to_drain(cluster_, request, members)};
        for (place_in_time& each : booked.places) each.begin = now;
        put_back(number, booked);
    }

    /// Takes out what a task has reserved, to try it elsewhere; nothing where it has not.
    [[nodiscard]] std::optional<reservation> take_out(std::size_t number) {
        const auto found = held_.find(number);
        if (found == held_.end()) return std::nullopt;
        reservation own = std::move(found->second);
        begins_.erase(begins_.find(own.begin));
        for (const place_in_time& each : own.places) {
            calendar_.remove(each.node, number, false);
            const auto node = row_of(each.node);
            if (--node->second == 0) nodes_.erase(node);
        }
        held_.erase(found);
        of_[number] = nullptr;
        return own;
    }

    /// Writes a reservation down, new or taken out.
    void put_back(std::size_t number, const reservation& booked) {
        reservation& kept = held_.try_emplace(number, booked).first->second;
        if (number >= of_.size()) of_.resize(number + number / 2 + 1);
        of_[number] = &kept;
        begins_.insert(kept.begin);
        for (const place_in_time& each : kept.places) {
            const std::int64_t end =
                kept.length >= node_calendar::never - each.begin ? node_calendar::never : each.begin + kept.length;
            calendar_.add(each.node, {each.begin, end, number, &kept.request, each.gpus, each.slots, false, {}});
            auto node = row_of(each.node);
            if (node == nodes_.end() || node->first != each.node.number())
                node = nodes_.insert(node, {each.node.number(), 0});
            ++node->second;
        }
    }

    /// Drops the reservations of some tasks.
    ///
    /// @param drops  whether that of an arrival is dropped
    /// @param freed  is told the nodes that they were on
    template <class Drops> void drop_if(const Drops& drops, std::vector<std::uint32_t>& freed) {
        std::vector<std::size_t> numbers;
        for (const auto& [number, kept] : held_)
            if (drops(number)) numbers.push_back(number);
        for (const std::size_t number : numbers) {
            const auto own = take_out(number);
            for (const place_in_time& each : own->places) freed.push_back(each.node.number());
        }
    }
    /// Drops all of them.
    void drop_all(std::vector<std::uint32_t>& freed) {
        drop_if([](std::size_t) { return true; }, freed);
    }

  private:
    /// Where a node is or would be in the list of them.
    [[nodiscard]] std::vector<std::pair<std::uint32_t, int>>::iterator row_of(node_id node) {
        return std::lower_bound(nodes_.begin(), nodes_.end(), std::pair{node.number(), 0});
    }

    const cluster& cluster_;
    node_calendar& calendar_;
    std::map<std::size_t, reservation> held_;
    std::vector<reservation*> of_;       // [arrivals]  the same, found at once; none where there is none
    std::multiset<std::int64_t> begins_; // of those
    std::vector<std::pair<std::uint32_t, int>> nodes_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
