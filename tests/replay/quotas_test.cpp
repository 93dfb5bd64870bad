// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/quotas.hpp>

#include "support/plain_queue.hpp"
#include <gpupack/core/random.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;
using plan::quota_amounts;
using replay::queue_rule;

namespace {

constexpr int node_gpus = 4;

using party = test::plain_party;

replay::quotas quotas_of(const std::vector<party>& parties, bool reclaims, bool by_share) {
    std::vector<plan::tenant_quota> tenants;
    for (const party& each : parties) {
        plan::tenant_quota& tenant = tenants.emplace_back();
        tenant.name = std::string(1, static_cast<char>('a' + tenants.size() - 1));
        tenant.cohort = "all";
        tenant.nominal = quota_amounts::none();
        tenant.nominal.gpus = milli_gpu{1000 * each.nominal};
        tenant.borrowing_limit.gpus = milli_gpu{1000 * each.borrowing};
        tenant.weight = each.weight;
    }
    return {plan::quota_book::make(std::move(tenants)).value(), reclaims, by_share};
}

std::vector<workload::task> draw_tasks(random_stream& random, std::size_t parties, int most_gpus, std::size_t most) {
    std::vector<workload::task> tasks(1 + random.below(most));
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        tasks[t].name = std::to_string(t);
        tasks[t].request = {.cpu = 1_cores,
                            .gpus = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(most_gpus)))};
        tasks[t].arrival = static_cast<std::int64_t>(random.below(30));
        tasks[t].duration = 1 + static_cast<std::int64_t>(random.below(20));
        tasks[t].tenant = std::string(1, static_cast<char>('a' + random.below(parties)));
    }
    return tasks;
}

replay::result play(int nodes, int gpus, const std::vector<workload::task>& tasks,
                    const std::optional<replay::quotas>& quotas, const replay::discipline& queue = {}) {
    scheduler by{cluster_builder{}
                     .add_nodes(static_cast<std::size_t>(nodes), {999_cores, 8_GiB, {gpus, models::t4}})
                     .build()
                     .value(),
                 policy::first_fit{}};
    return replay::run(by, tasks, workload::recorded_arrivals(tasks).value(),
                       {.no_fit = replay::no_fit_rule::wait, .queue = queue, .quotas = quotas});
}

std::vector<party> draw_parties(random_stream& random) {
    std::vector<party> parties(1 + random.below(3));
    for (party& each : parties)
        each = {static_cast<std::int64_t>(random.below(6)), static_cast<std::int64_t>(random.below(5)),
                1 + static_cast<std::int64_t>(random.below(3))};
    return parties;
}

replay::discipline draw_discipline(random_stream& random, queue_rule order) {
    constexpr std::array<std::size_t, 4> depths{0, 1, 2, 5};
    return {.order = order, .depth = depths[random.below(4)], .ageing = random.below(3) == 0 ? 3 : 0};
}

/// When each task started; -1 for one that never did.
std::vector<std::int64_t> starts_of(const replay::result& result, std::size_t tasks) {
    std::vector<std::int64_t> starts(tasks, -1);
    for (const replay::outcome& each : result.outcomes)
        if (each.placed) starts[each.task] = each.decided;
    return starts;
}

/// The most GPUs that a tenant uses at a time beyond what it may, or all of them beyond what they have.
std::int64_t most_beyond(const replay::result& result, const std::vector<workload::task>& tasks,
                         const std::vector<party>& parties) {
    std::int64_t beyond = 0;
    for (std::int64_t now = 0; now < 400; ++now) {
        std::vector<std::int64_t> used(parties.size(), 0);
        std::int64_t all = 0;
        for (const replay::outcome& each : result.outcomes) {
            if (!each.placed || each.decided > now || each.ended <= now) continue;
            const workload::task& task = tasks[each.task];
            used[static_cast<std::size_t>(task.tenant[0] - 'a')] += std::int64_t{task.request.gpus} * task.members;
            all += std::int64_t{task.request.gpus} * task.members;
        }
        for (std::size_t p = 0; p < parties.size(); ++p) {
            beyond = std::max(beyond, used[p] - parties[p].nominal - parties[p].borrowing);
            all -= parties[p].nominal;
        }
        beyond = std::max(beyond, all);
    }
    return beyond;
}

} // namespace

TEST(quotas, are_those_of_the_plain_ones_under_every_discipline) {
    int waited = 0;
    int never = 0;
    std::array<int, 4> differ{};
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        random_stream random{seed};
        const int nodes = 1 + static_cast<int>(random.below(4));
        const std::vector<party> parties = draw_parties(random);
        const bool by_share = random.below(2) == 0;
        std::vector<workload::task> tasks = draw_tasks(random, parties.size(), node_gpus, 40);
        const replay::discipline queue = draw_discipline(random, static_cast<queue_rule>(seed % 4));
        if (random.below(2) == 0)
            for (workload::task& each : tasks) each.priority = static_cast<std::int64_t>(random.below(3));
        const replay::result result = play(nodes, node_gpus, tasks, quotas_of(parties, false, by_share), queue);
        const std::vector<std::int64_t> starts = starts_of(result, tasks.size());
        const auto arrivals = workload::recorded_arrivals(tasks).value();
        const std::vector<std::int64_t> plain =
            test::plain_queue{nodes, node_gpus, tasks, arrivals, queue, {parties, by_share}}.run();
        for (std::size_t i = 0; i < arrivals.size(); ++i)
            ASSERT_EQ(starts[arrivals[i].task], plain[i]) << seed << " task " << arrivals[i].task;
        ASSERT_EQ(result.unplaced, 0U) << seed;
        ASSERT_LE(most_beyond(result, tasks, parties), 0) << seed;
        const std::vector<std::int64_t> open = starts_of(play(nodes, node_gpus, tasks, {}, queue), tasks.size());
        differ[seed % 4] += open != starts ? 1 : 0;
        for (const replay::outcome& each : result.outcomes) {
            waited += each.placed && each.decided > each.arrived ? 1 : 0;
            never += each.placed ? 0 : 1;
        }
    }
    EXPECT_GT(waited, 1500);
    EXPECT_GT(never, 150);
    for (const int each : differ) EXPECT_GT(each, 40);
}

// Quotas that nobody can use up change nothing, whatever the discipline, and whoever ends or moves for whom.
TEST(quotas, without_bounds_are_no_quotas) {
    std::size_t evictions = 0;
    std::size_t moves = 0;
    for (std::uint64_t seed = 0; seed < 700; ++seed) {
        random_stream random{seed};
        std::vector<workload::task> tasks = draw_tasks(random, 3, node_gpus, 40);
        for (workload::task& each : tasks) {
            each.members = random.below(4) == 0 ? 2 : 1;
            each.priority = static_cast<std::int64_t>(random.below(3));
            if (random.below(4) == 0) each.limit = 1 + static_cast<std::int64_t>(random.below(20));
        }
        replay::discipline queue = draw_discipline(random, static_cast<queue_rule>(seed % 5));
        queue.estimates = static_cast<replay::estimate_rule>(random.below(3));
        if (random.below(4) != 0) queue.victims = static_cast<replay::victim_rule>(random.below(5));
        queue.eviction = static_cast<replay::eviction_rule>(random.below(3));
        if (!queue.reserves()) queue.moves = static_cast<int>(random.below(3));
        const std::vector<party> parties(3, party{100'000, 100'000, 1});
        const replay::result open = play(3, node_gpus, tasks, {}, queue);
        const replay::result bound =
            play(3, node_gpus, tasks, quotas_of(parties, random.below(2) == 0, random.below(2) == 0), queue);
        ASSERT_EQ(starts_of(open, tasks.size()), starts_of(bound, tasks.size())) << seed;
        ASSERT_EQ(open.evictions, bound.evictions) << seed;
        ASSERT_EQ(open.moves, bound.moves) << seed;
        ASSERT_EQ(bound.reclaims, 0U) << seed;
        evictions += bound.evictions;
        moves += bound.moves;
    }
    EXPECT_GT(evictions, 1500U);
    EXPECT_GT(moves, 40U);
}

// Whatever ends for whom and however wrong the estimates are: nobody is lost, and nobody uses more than it may.
TEST(quotas, are_never_passed_and_lock_nobody_out) {
    std::size_t reclaims = 0;
    std::size_t evictions = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        random_stream random{seed};
        const std::vector<party> parties = draw_parties(random);
        std::vector<workload::task> tasks = draw_tasks(random, parties.size(), node_gpus, 40);
        for (workload::task& each : tasks) {
            each.members = random.below(3) == 0 ? 2 + static_cast<int>(random.below(2)) : 1;
            each.priority = static_cast<std::int64_t>(random.below(3));
            if (random.below(4) == 0) each.limit = 1 + static_cast<std::int64_t>(random.below(20));
        }
        replay::discipline queue = draw_discipline(random, static_cast<queue_rule>(seed % 5));
        queue.estimates = static_cast<replay::estimate_rule>(random.below(3));
        if (random.below(2) == 0) queue.victims = static_cast<replay::victim_rule>(random.below(5));
        queue.eviction = static_cast<replay::eviction_rule>(random.below(2));
        if (!queue.reserves()) queue.moves = static_cast<int>(random.below(2));
        const replay::result result =
            play(3, node_gpus, tasks, quotas_of(parties, random.below(2) == 0, random.below(2) == 0), queue);
        ASSERT_EQ(result.unplaced, 0U) << seed;
        ASSERT_EQ(result.placed + result.rejected, tasks.size()) << seed;
        if (result.evictions == 0) { // else nobody knows when a task ran that has started twice
            ASSERT_LE(most_beyond(result, tasks, parties), 0) << seed;
        }
        reclaims += result.reclaims;
        evictions += result.evictions;
    }
    EXPECT_GT(reclaims, 50U);
    EXPECT_GT(evictions, reclaims);
}

// The first in line has its place and its quota when it was promised them, and who waits for its quota is in nobody's way.
TEST(quotas, hold_up_nobody_else_and_are_reserved_with_the_place) {
    const auto task = [](std::string name, char tenant, int gpus, std::int64_t arrival, std::int64_t duration) {
        workload::task each{.name = std::move(name),
                            .request = {.cpu = 1_cores, .gpus = gpus},
                            .arrival = arrival,
                            .duration = duration};
        each.tenant = std::string(1, tenant);
        return each;
    };
    const std::vector<workload::task> tasks{task("a0", 'a', 4, 0, 10), task("b0", 'b', 3, 0, 20),
                                            task("a1", 'a', 4, 1, 10), task("b1", 'b', 4, 2, 10),
                                            task("b2", 'b', 1, 3, 7),  task("b3", 'b', 1, 4, 30)};
    const replay::quotas quotas = quotas_of({{4, 0, 1}, {4, 0, 1}}, false, false);
    // a1 waits for the quota that a0 has, b1 for that of b0, which b2 and b3 pass within what is left of it.
    EXPECT_EQ(starts_of(play(2, 4, tasks, quotas, {.order = queue_rule::strict}), 6),
              (std::vector<std::int64_t>{0, 0, 10, 40, 3, 10}));
    for (const queue_rule order : {queue_rule::easy, queue_rule::conservative, queue_rule::overtake})
        EXPECT_EQ(starts_of(play(2, 4, tasks, quotas, {.order = order}), 6).at(2), 10) << static_cast<int>(order);
}

// Where there is a GPU for each that anybody has a right to, who never wants more than its own never waits and is never ended.
TEST(quotas, give_back_at_once_what_a_tenant_is_entitled_to) {
    std::size_t reclaims = 0;
    int checked = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_stream random{seed};
        std::vector<party> parties(2 + random.below(2));
        int gpus = 0;
        for (party& each : parties) {
            each = {1 + static_cast<std::int64_t>(random.below(8)), 100, 1};
            gpus += static_cast<int>(each.nominal);
        }
        const std::vector<workload::task> tasks = draw_tasks(random, parties.size(), 3, 50);
        const replay::result result = play(1, gpus, tasks, quotas_of(parties, true, random.below(2) == 0));
        reclaims += result.reclaims;
        EXPECT_EQ(result.evictions, result.reclaims);
        for (std::size_t p = 0; p < parties.size(); ++p) {
            const auto is_own = [&](std::size_t task) { return tasks[task].tenant[0] == static_cast<char>('a' + p); };
            bool modest = true; // even if all its tasks start when they come
            for (std::int64_t now = 0; now < 60; ++now) {
                std::int64_t wanted = 0;
                for (std::size_t t = 0; t < tasks.size(); ++t)
                    if (is_own(t) && *tasks[t].arrival <= now && now < *tasks[t].arrival + *tasks[t].duration)
                        wanted += tasks[t].request.gpus;
                modest = modest && wanted <= parties[p].nominal;
            }
            if (!modest) continue;
            for (const replay::outcome& each : result.outcomes) {
                if (!is_own(each.task)) continue;
                ASSERT_TRUE(each.placed) << seed;
                ASSERT_EQ(each.decided, each.arrived) << seed;
                ASSERT_EQ(each.evictions, 0) << seed;
                ++checked;
            }
        }
    }
    EXPECT_GT(reclaims, 300U);
    EXPECT_GT(checked, 300);
}

TEST(quotas, hold_for_those_who_have_none_of_their_own) {
    random_stream random{7};
    std::vector<workload::task> tasks = draw_tasks(random, 3, 1, 30);
    replay::quotas quotas = quotas_of({{2, 0, 1}}, false, false); // of a
    EXPECT_EQ(play(1, 32, tasks, quotas).unplaced, 0U);
    for (const replay::outcome& each : play(1, 32, tasks, quotas).outcomes)
        EXPECT_TRUE(tasks[each.task].tenant == "a" || each.decided == each.arrived);
    plan::tenant_quota rest{.name = "*", .nominal = quota_amounts::none()};
    rest.nominal.gpus = milli_gpu{0};
    quotas.book = plan::quota_book::make({quotas.book.tenants()[0], rest}).value();
    const replay::result none = play(1, 32, tasks, quotas);
    for (const replay::outcome& each : none.outcomes) EXPECT_EQ(each.placed, tasks[each.task].tenant == "a");
    EXPECT_GT(none.rejected, 0U);
}
