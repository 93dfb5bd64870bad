// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/replay/locality.hpp>
#include <gpupack/workload/workload.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/placement.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// A task that comes, and leaves again if it was placed.
///
/// kind    index into synthetic::kinds
/// at      when it comes, in ticks
/// stays   ticks
struct visit {
    std::size_t kind = 0;
    std::int64_t at = 0;
    std::int64_t stays = 0;
};

/// The mean stay, in ticks.
inline constexpr std::int64_t mean_stay = 1 << 20;

namespace detail {

/// A draw from the exponential distribution of that mean: whole numbers only, so that it is the same everywhere.
///
/// source  von Neumann 1951, by comparing uniform draws (docs/sources.md#neumann51)
[[nodiscard]] inline std::int64_t draw_exponential(random_stream& random, std::int64_t mean) {
    constexpr int bits = 31;
    for (std::int64_t whole = 0;; ++whole) {
        const std::uint64_t first = random.below(std::uint64_t{1} << bits);
        std::uint64_t before = first;
        int falling = 1;
        for (std::uint64_t next = random.below(std::uint64_t{1} << bits); next < before; ++falling) {
            before = next;
            next = random.below(std::uint64_t{1} << bits);
        }
        if (falling % 2 == 1)
            return whole * mean + static_cast<std::int64_t>((first * static_cast<std::uint64_t>(mean)) >> bits);
    }
}

} // namespace detail

/// The tasks that come within a number of mean stays: a Poisson stream of kinds by weight, each staying an
/// exponential time, so many that on average they would take load times the capacity.
///
/// load  in thousandths
[[nodiscard]] inline std::vector<visit> draw_visits(const workload::synthetic& of, std::uint64_t seed, std::int64_t load,
                                                    std::int64_t stays) {
    std::int64_t weights = 0;
    std::int64_t sizes = 0;
    for (const workload::synthetic_kind& kind : of.kinds) {
        weights += kind.weight;
        sizes += kind.weight * kind.size;
    }
    std::vector<visit> drawn;
    if (load == 0 || weights == 0) return drawn;
    random_stream random{mix_bits(seed ^ mix_bits(4))};
    // Rate times mean size times mean stay is the load: sizes / weights is the mean size.
    const std::int64_t capacity = of.capacity * load;
    const auto pause_scale = static_cast<std::int64_t>(mean_stay * 1000 / weights * sizes / capacity);
    for (std::int64_t now = detail::draw_exponential(random, pause_scale); now < stays * mean_stay;
         now += detail::draw_exponential(random, pause_scale)) {
        auto pick = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(weights)));
        std::size_t kind = 0;
        while (pick >= of.kinds[kind].weight) pick -= of.kinds[kind++].weight;
        drawn.push_back({kind, now, detail::draw_exponential(random, mean_stay)});
    }
    return drawn;
}

/// What came of a replay of visits; those during the first ten mean stays, while the cluster fills, are left out.
///
/// came, placed      [kinds]
/// places            [kinds]  how close together the tasks of a kind were placed
/// mean_active_gpus  GPUs with something on them, over time
/// bound_percent     no policy can take a larger part of the size-time that comes: at each time at most what is
/// there
///                   or the capacity, whichever is less, whatever the fragmentation
struct visits_result {
    std::vector<std::int64_t> came;
    std::vector<std::int64_t> placed;
    std::vector<locality> places;
    double mean_active_gpus = 0;
    double bound_percent = 0;
    double seconds = 0;
    std::size_t decisions = 0;

    /// How close together all tasks were placed.
    [[nodiscard]] locality all_places() const {
        locality all;
        for (const locality& each : places) all += each;
        return all;
    }
    /// Tasks placed, in percent of those that came.
    [[nodiscard]] double accepted_percent() const noexcept {
        return percent_of([](std::size_t) { return 1; });
    }
    /// The same, each task weighted by its size.
    [[nodiscard]] double accepted_size_percent(const workload::synthetic& of) const noexcept {
        return percent_of([&](std::size_t kind) { return of.kinds[kind].size; });
    }

  private:
    template <class Weigh> [[nodiscard]] double percent_of(Weigh&& weigh) const noexcept {
        std::int64_t all = 0;
        std::int64_t taken = 0;
        for (std::size_t kind = 0; kind < came.size(); ++kind) {
            all += came[kind] * weigh(kind);
            taken += placed[kind] * weigh(kind);
        }
        return all == 0 ? 0.0 : 100.0 * static_cast<double>(taken) / static_cast<double>(all);
    }
};

namespace detail {

/// Something that ends at a time; the earliest is on top of a priority_queue.
template <class Held> struct ending {
    std::int64_t at = 0;
    std::size_t number = 0;
    Held held{};

    friend bool operator<(const ending& a, const ending& b) noexcept {
        return std::pair{b.at, b.number} < std::pair{a.at, a.number};
    }
};

inline constexpr std::int64_t warm_up = 10 * mean_stay;

/// The part of the size-time that comes which a cluster without fragmentation could take: min(there, capacity) over
/// time, in percent of what would be there if all were taken.
[[nodiscard]] inline double bound_percent(const workload::synthetic& of, const std::vector<visit>& visits) {
    std::priority_queue<ending<std::int64_t>> there;
    std::int64_t size = 0;
    std::int64_t since = 0;
    double offered = 0;
    double taken = 0;
    const auto pass_to = [&](std::int64_t time) {
        const auto ticks = static_cast<double>(std::max(time, warm_up) - std::max(since, warm_up));
        offered += ticks * static_cast<double>(size);
        taken += ticks * static_cast<double>(std::min(size, of.capacity));
        since = time;
    };
    for (std::size_t i = 0; i < visits.size(); ++i) {
        for (; !there.empty() && there.top().at <= visits[i].at; there.pop()) {
            pass_to(there.top().at);
            size -= there.top().held;
        }
        pass_to(visits[i].at);
        size += of.kinds[visits[i].kind].size;
        there.push({visits[i].at + visits[i].stays, i, of.kinds[visits[i].kind].size});
    }
    return offered > 0 ? 100.0 * taken / offered : 100.0;
}

/// Those of some GPUs that one task alone is on.
[[nodiscard]] inline int gpus_of_one(const node_view& node, gpu_set gpus) noexcept {
    int alone = 0;
    for_each_gpu(gpus, [&](int i) { alone += node.gpu(i).sharers == 1 ? 1 : 0; });
    return alone;
}

} // namespace detail

namespace detail {

/// Places a task, or all members of a gang; nothing where it does not fit.
template <class Scheduler>
[[nodiscard]] plan::gang_placement place_visit(Scheduler& by, const workload::synthetic_kind& kind) {
    if (kind.members > 1) {
        auto gang_placed = plan::place_gang(by, gang{.parts = {{kind.request, kind.members}}});
        return gang_placed ? *std::move(gang_placed) : plan::gang_placement{};
    }
    plan::gang_placement alone;
    if (const auto placed = by.try_place(kind.request)) alone.members.push_back(*placed);
    return alone;
}

/// Notes how close together a task was placed.
inline void note_place(locality& places, const cluster& on, const plan::gang_placement& placed) {
    if (placed.members.size() == 1) {
        const placement& only = placed.members.front();
        return places.count_set(on[only.node].type(), only.gpus);
    }
    const auto node_level = static_cast<int>(on.domains().levels().size());
    places.count_gang(placed.one_node ? node_level : on.domains()[placed.domain].level);
}

} // namespace detail

/// Lets tasks come and go; one that does not fit when it comes is refused, and none waits. Gangs come together.
///
/// by       an empty scheduler on of.on
/// visits   in order of time, from draw_visits
/// arrived  called with each request once it is decided, so that a learned_mix may see it and renew the policy
template <class Scheduler, class Arrived> [[nodiscard]] visits_result
run_visits(Scheduler& by, const workload::synthetic& of, const std::vector<visit>& visits, Arrived&& arrived) {
    visits_result told;
    told.came.resize(of.kinds.size());
    told.placed.resize(of.kinds.size());
    told.places.resize(of.kinds.size());
    std::priority_queue<detail::ending<std::vector<placement>>> running;
    std::int64_t active = 0;
    std::int64_t since = 0;
    double active_ticks = 0;
    const auto pass_to = [&](std::int64_t time) {
        active_ticks += static_cast<double>(active) *
                        static_cast<double>(std::max(time, detail::warm_up) - std::max(since, detail::warm_up));
        since = time;
    };
    std::chrono::steady_clock::duration spent{};
    for (std::size_t i = 0; i < visits.size(); ++i) {
        const visit& each = visits[i];
        for (; !running.empty() && running.top().at <= each.at; running.pop()) {
            pass_to(running.top().at);
            for (const placement& leaving : running.top().held) {
                active -= detail::gpus_of_one(by.cluster()[leaving.node], leaving.gpus);
                by.release(leaving);
            }
        }
        pass_to(each.at);
        const auto began = std::chrono::steady_clock::now();
        plan::gang_placement placed = detail::place_visit(by, of.kinds[each.kind]);
        spent += std::chrono::steady_clock::now() - began;
        const std::int64_t counted = each.at >= detail::warm_up ? 1 : 0;
        told.came[each.kind] += counted;
        arrived(of.kinds[each.kind].request);
        if (placed.members.empty()) continue;
        told.placed[each.kind] += counted;
        if (counted > 0) detail::note_place(told.places[each.kind], by.cluster(), placed);
        for (const placement& member : placed.members)
            active += detail::gpus_of_one(by.cluster()[member.node], member.gpus);
        running.push({each.at + each.stays, i, std::move(placed.members)});
    }
    const std::int64_t measured = since - detail::warm_up;
    told.mean_active_gpus = measured > 0 ? active_ticks / static_cast<double>(measured) : 0.0;
    told.bound_percent = detail::bound_percent(of, visits);
    told.seconds = std::chrono::duration<double>(spent).count();
    told.decisions = visits.size();
    return told;
}

/// The same under a policy that stays as it is.
template <class Scheduler>
[[nodiscard]] visits_result run_visits(Scheduler& by, const workload::synthetic& of, const std::vector<visit>& visits) {
    return run_visits(by, of, visits, [](const request&) {});
}

} // namespace gpupack::replay
