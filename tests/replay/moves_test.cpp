// SPDX-License-Identifier: Apache-2.0
// Tasks that are moved to make room for the first in line.
#include <gpupack/replay/run.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;
using replay::queue_rule;

namespace {

workload::task task(std::string name, int gpus, std::int64_t arrival, std::int64_t duration, int cores = 1,
                    int members = 1) {
    workload::task made{.name = std::move(name),
                        .request = {.cpu = milli_cpu{1000 * cores}, .gpus = gpus},
                        .arrival = arrival,
                        .duration = duration};
    made.members = members;
    return made;
}

struct replayed {
    replay::result result;
    std::size_t live = 0; // placements at the end
};

replayed play(const std::vector<workload::task>& tasks, std::size_t nodes, int gpus, const replay::discipline& queue,
              replay::no_fit_rule no_fit = replay::no_fit_rule::wait) {
    scheduler by{cluster_builder{}.add_nodes(nodes, {16_cores, 8_GiB, {gpus, models::t4}}).build().value(),
                 policy::first_fit{}};
    replayed done{
        replay::run(by, tasks, workload::recorded_arrivals(tasks).value(), {.no_fit = no_fit, .queue = queue})};
    done.live = by.cluster().live_placements();
    return done;
}

std::int64_t start_of(const replayed& done, const std::vector<workload::task>& tasks, const std::string& name) {
    for (const replay::outcome& each : done.result.outcomes)
        if (tasks[each.task].name == name && each.placed) return each.decided;
    return -1;
}

} // namespace

TEST(moves, make_room_for_the_first_in_line) {
    const std::vector<workload::task> tasks{task("stays", 1, 0, 100), task("leaves", 1, 0, 5), task("other", 1, 0, 100),
                                            task("pair", 2, 10, 20), task("behind", 2, 11, 20)};
    EXPECT_EQ(start_of(play(tasks, 2, 2, {}), tasks, "pair"), 100);
    for (const queue_rule order : {queue_rule::overtake, queue_rule::strict}) {
        const replayed done = play(tasks, 2, 2, {.order = order, .moves = 1});
        EXPECT_EQ(start_of(done, tasks, "pair"), 10);
        EXPECT_EQ(start_of(done, tasks, "behind"), 30);
        EXPECT_EQ(done.result.moves, 1U);
        EXPECT_DOUBLE_EQ(done.result.used_gpu_time, 100 + 5 + 100 + 40 + 40);
        EXPECT_EQ(done.result.placed, 5U);
    }
    const replayed rejecting = play(tasks, 2, 2, {.moves = 1}, replay::no_fit_rule::reject);
    EXPECT_EQ(start_of(rejecting, tasks, "pair"), 10);
    EXPECT_EQ(rejecting.result.rejected, 1U);
}

TEST(moves, make_room_for_all_members_of_a_gang_or_for_none) {
    // On each of four nodes one task stays on one of two GPUs.
    std::vector<workload::task> tasks;
    for (const std::string name : {"a", "b", "c", "d"}) {
        tasks.push_back(task(name, 1, 0, 100));
        tasks.push_back(task(name + " leaves", 1, 0, 5));
    }
    tasks.push_back(task("gang", 2, 10, 20, 1, 2));
    EXPECT_EQ(start_of(play(tasks, 4, 2, {}), tasks, "gang"), 100);
    EXPECT_EQ(start_of(play(tasks, 4, 2, {.moves = 1}), tasks, "gang"), 100); // it takes two
    EXPECT_EQ(play(tasks, 4, 2, {.moves = 1}).result.moves, 0U);
    for (const replay::no_fit_rule rule : {replay::no_fit_rule::wait, replay::no_fit_rule::reject}) {
        const replayed done = play(tasks, 4, 2, {.moves = 2}, rule);
        EXPECT_EQ(start_of(done, tasks, "gang"), 10);
        EXPECT_EQ(done.result.moves, 2U);
        EXPECT_EQ(done.result.outcomes.back().gang_level, 0); // the whole cluster
        EXPECT_EQ(done.result.rejected, 0U);
    }
}

// Where CPU is what runs out, nobody moves for a task that asks for a larger part of it than of the GPUs.
TEST(moves, are_not_worth_it_for_those_who_leave_gpus_without_cpu) {
    for (const int cores : {8, 10}) {
        const std::vector<workload::task> tasks{task("left", 1, 0, 100, 7), task("leaves", 1, 0, 5, 9),
                                                task("right", 1, 0, 100, 7), task("pair", 2, 10, 20, cores)};
        const replayed done = play(tasks, 2, 4, {.moves = 1});
        EXPECT_EQ(done.result.moves, 0U); // it fits beside either
        EXPECT_EQ(start_of(done, tasks, "pair"), cores == 8 ? 10 : 100);
    }
}

// Everybody runs as long as without moves, nobody twice, and the books agree at the end.
TEST(moves, lose_nothing) {
    std::size_t moves = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_stream random{seed};
        const auto number = [&](int least, int most) {
            return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
        };
        std::vector<workload::task> tasks;
        for (int i = number(1, 40); i > 0; --i)
            tasks.push_back(task(std::to_string(i), number(1, 4), number(0, 30), number(1, 19), number(0, 6),
                                 number(0, 9) == 0 ? 2 : 1));
        const auto no_fit = random.below(2) == 0 ? replay::no_fit_rule::wait : replay::no_fit_rule::reject;
        const replay::discipline queue{.order = random.below(2) == 0 ? queue_rule::overtake : queue_rule::strict,
                                       .moves = number(0, 3)};
        const replayed done = play(tasks, 3, 4, queue, no_fit);
        double used = 0;
        for (const replay::outcome& each : done.result.outcomes) {
            if (!each.placed || each.ended == replay::outcome::not_ended) continue;
            ASSERT_EQ(each.ended - each.decided, *tasks[each.task].duration) << seed;
            used += static_cast<double>((each.ended - each.decided) * tasks[each.task].request.gpus *
                                        tasks[each.task].members);
        }
        if (no_fit == replay::no_fit_rule::wait) {
            ASSERT_DOUBLE_EQ(done.result.used_gpu_time, used) << seed;
            ASSERT_EQ(done.live, 0U) << seed;
        }
        ASSERT_TRUE(queue.moves > 0 || done.result.moves == 0);
        moves += done.result.moves;
    }
    EXPECT_GT(moves, 100U);
}
