// SPDX-License-Identifier: Apache-2.0
// What a calendar says of nodes on which everything is whole, which it tells from sets of GPUs, against copies of the nodes.
#include <gpupack/replay/detail/node_calendar.hpp>

#include "support/for_all.hpp"
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/held_pieces.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <deque>
#include <optional>
#include <vector>

using namespace gpupack;
using replay::detail::booking;
using replay::detail::node_calendar;
using replay::detail::place_in_time;

namespace {

constexpr std::uint32_t node_count = 3;

/// Requests of a few cores, most of them for whole GPUs.
request any_request(bool with_parts) {
    request one{.cpu = milli_cpu{1000 * *rc::gen::inRange(0, 5)}, .memory = 1_GiB, .gpus = *rc::gen::inRange(0, 4)};
    const int kind = *rc::gen::inRange(0, with_parts ? 8 : 4);
    if (kind == 4 && one.gpus > 0) one.numa = numa_alignment::single;
    if (kind > 4 && one.gpus > 0) {
        one.gpus = 1;
        one.share = slice{.compute = milli_gpu{300}};
    }
    return one;
}

/// A cluster with tasks on it, and the calendar that knows when they leave and who has reserved what.
struct dated_cluster {
    explicit dated_cluster(bool with_parts)
        : state{cluster_builder{}
                    .add_nodes(static_cast<int>(node_count), {12_cores, 6_GiB, {4, models::t4}})
                    .build()
                    .value()} {
        if (*rc::gen::inRange(0, 3) == 0) state.set_closed(node_id{0}, gpu_set::of(1), true);
        if (*rc::gen::inRange(0, 5) == 0) state.set_closed(node_id{1}, true);
        calendar.emplace(state);
        const int running = *rc::gen::inRange(0, 10);
        for (int i = 0; i < running; ++i) run(any_request(with_parts));
        const int waiting = *rc::gen::inRange(0, 6);
        for (int i = 0; i < waiting; ++i) reserve(any_request(with_parts));
    }

    void run(const request& request) {
        const node_id node{*rc::gen::inRange(0U, node_count)};
        if (!fit::fits(state[node], request)) return;
        const gpu_set gpus = fit::lowest_gpus(state[node], request);
        const placement placed = state.take(node, gpus, request);
        requests.push_back(request);
        calendar->add(node, {0,
                             *rc::gen::inRange<std::int64_t>(1, 20),
                             owners++,
                             &requests.back(),
                             gpus,
                             {},
                             true,
                             replay::detail::held_pieces(state, placed, request)});
    }
    void reserve(const request& request) {
        const node_id node{*rc::gen::inRange(0U, node_count)};
        const auto length = *rc::gen::inRange<std::int64_t>(1, 15);
        const auto place = calendar->place_at(node, request, *rc::gen::inRange<std::int64_t>(0, 25), length);
        if (!place) return;
        requests.push_back(request);
        calendar->add(
            node,
            {place->begin, place->begin + length, owners++, &requests.back(), place->gpus, place->slots, false, {}});
    }

    cluster state;
    std::optional<node_calendar> calendar;
    std::deque<request> requests;
    std::size_t owners = 0;
};

/// node_calendar::free_during by copies of the node.
std::optional<gpu_set> plainly_free(const node_calendar& calendar, node_id id, const request& request,
                                    std::int64_t begin, std::int64_t end, std::size_t without) {
    const auto start = calendar.at(id, begin, without);
    if (!fit::fits(start.view(), request)) return std::nullopt;
    gpu_set serving = fit::fitting_gpus(start.view(), request);
    for (const booking& each : calendar.on(id)) {
        if (each.running || each.owner == without || each.begin <= begin || each.begin >= end) continue;
        const auto then = calendar.at(id, each.begin, without);
        if (!fit::host_fits(then.view(), request)) return std::nullopt;
        serving = serving & fit::fitting_gpus(then.view(), request);
    }
    return fit::gpus_suffice(start.view(), request, serving) ? std::optional{serving} : std::nullopt;
}

/// node_calendar::is_free_until by copies of the node.
bool plainly_free_until(const node_calendar& calendar, const selection& placed, std::int64_t begin, std::int64_t end) {
    for (const booking& each : calendar.on(placed.node)) {
        if (each.running || each.begin >= end || each.end <= begin) continue;
        const auto then = calendar.at(placed.node, std::max(begin, each.begin), each.owner);
        if (!fit::fits_on(then.view(), *each.request, each.gpus, each.slots)) return false;
    }
    return true;
}

void says_what_copies_say(bool with_parts) {
    for_all([with_parts] {
        dated_cluster dated{with_parts};
        const node_calendar& calendar = *dated.calendar;
        const request request = any_request(with_parts);
        const auto begin = *rc::gen::inRange<std::int64_t>(0, 25);
        const auto end = begin + *rc::gen::inRange<std::int64_t>(1, 20);
        const auto without = *rc::gen::inRange<std::size_t>(0, dated.owners + 1);
        for (std::uint32_t n = 0; n < node_count; ++n) {
            const auto free = plainly_free(calendar, node_id{n}, request, begin, end, without);
            RC_ASSERT(calendar.free_during(node_id{n}, request, begin, end, without) == free);
            const auto until = calendar.free_until(node_id{n}, request, begin, without);
            if (until) RC_ASSERT(free.has_value() == (end <= *until));
        }
        // Of what is placed beside reservations, on nodes that somebody has closed meanwhile.
        const node_id node{*rc::gen::inRange(0U, node_count)};
        if (!fit::fits(dated.state[node], request)) return;
        const placement placed = dated.state.take(node, fit::lowest_gpus(dated.state[node], request), request);
        dated.state.set_closed(node, true);
        RC_ASSERT(calendar.is_free_until(placed, begin, end) == plainly_free_until(calendar, placed, begin, end));
    });
}

} // namespace

TEST(node_calendar, whole_gpus_are_as_copies_say) {
    says_what_copies_say(false);
}
TEST(node_calendar, parts_of_gpus_are_as_copies_say) {
    says_what_copies_say(true);
}

// As many members of a gang as fit one after the other, at the earliest time at which all do.
TEST(node_calendar, gangs_begin_when_all_members_can) {
    for_all([] {
        dated_cluster dated{false};
        const node_calendar& calendar = *dated.calendar;
        request member = any_request(false);
        member.gpus = std::max(member.gpus, 1);
        const auto members = *rc::gen::inRange<std::int64_t>(2, 5);
        const auto length = *rc::gen::inRange<std::int64_t>(1, 15);
        const auto room_at = [&](std::int64_t time) {
            std::int64_t room = 0;
            for (std::uint32_t n = 0; n < node_count; ++n) {
                auto free = plainly_free(calendar, node_id{n}, member, time, time + length, node_calendar::nobody);
                if (!free) continue;
                auto then = calendar.at(node_id{n}, time);
                for (; free->size() >= member.gpus && fit::host_fits(then.view(), member); ++room) {
                    const gpu_set gpus = free->lowest(member.gpus);
                    then.add({time, time, 0, &member, gpus, {}, false, {}});
                    free = *free - gpus;
                }
            }
            return room;
        };
        const auto found = calendar.earliest_gang(member, members, 0, length, [](std::uint32_t) { return true; });
        std::optional<std::int64_t> earliest;
        for (std::int64_t time = 0; time <= 60 && !earliest; ++time)
            if (room_at(time) >= members) earliest = time;
        RC_ASSERT(found.has_value() == earliest.has_value());
        if (!found) return;
        RC_ASSERT(found->size() == static_cast<std::size_t>(members));
        RC_ASSERT(found->front().begin == *earliest);
    });
}
