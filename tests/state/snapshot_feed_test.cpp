// SPDX-License-Identifier: Apache-2.0
// Also built with ThreadSanitizer, as a program of its own.
#include <gpupack/state/snapshot_feed.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace gpupack;

namespace {

cluster some_nodes(std::size_t count) {
    return cluster_builder{}.add_nodes(count, {64_cores, 256_GiB, {8, models::t4}}).build().value();
}

constexpr request one_gpu{.cpu = 1_cores, .gpus = 1};

/// Compute free on all nodes, added up anew.
milli_gpu summed_free(const cluster& on) {
    milli_gpu sum{};
    for (std::uint32_t i = 0; i < on.size(); ++i)
        for (int g = 0; g < on[node_id{i}].gpu_count(); ++g) sum += milli_gpu{on[node_id{i}].gpu(g).compute_free};
    return sum;
}

} // namespace

TEST(snapshot_feed, shows_what_was_published_last_and_keeps_what_a_reader_holds) {
    cluster on = some_nodes(3);
    snapshot_feed feed{on};
    const auto before = feed.latest();
    const placement placed = on.take(node_id{1}, gpu_set::of(2), one_gpu);
    feed.changed(on, placed.node);
    EXPECT_FALSE(feed.latest()->same_state(on)); // not yet published
    ASSERT_TRUE(feed.publish(on));
    EXPECT_TRUE(feed.latest()->same_state(on));
    EXPECT_TRUE(before->same_state(some_nodes(3)));

    on.give_back(placed);
    feed.changed(on, placed.node);
    ASSERT_TRUE(feed.publish(on));
    EXPECT_TRUE(feed.latest()->same_state(on));
}

TEST(snapshot_feed, says_when_readers_hold_all_copies_and_loses_nothing) {
    cluster on = some_nodes(2);
    snapshot_feed feed{on, 2};
    std::vector<snapshot_feed::reading> held;
    held.push_back(feed.latest());
    for (int i = 0; i < 3; ++i) {
        feed.changed(on, on.take(node_id{0}, gpu_set::of(i), one_gpu).node);
        EXPECT_EQ(feed.publish(on), i == 0);
    }
    held.push_back(feed.latest());
    held.erase(held.begin());
    EXPECT_TRUE(feed.publish(on));
    EXPECT_TRUE(feed.latest()->same_state(on));
}

TEST(snapshot_feed, every_copy_catches_up_whichever_is_written) {
    cluster on = some_nodes(6);
    snapshot_feed feed{on, 3};
    std::vector<placement> live;
    for (int i = 0; i < 200; ++i) {
        if (i % 3 == 2) {
            on.give_back(live.back());
            feed.changed(on, live.back().node);
            live.pop_back();
        } else if (const auto node = node_id{static_cast<std::uint32_t>(i * 7 % 6)}; fit::fits(on[node], one_gpu)) {
            live.push_back(on.take(node, fit::lowest_gpus(on[node], one_gpu), one_gpu));
            feed.changed(on, node);
        }
        if (i % 2 == 0) {
            ASSERT_TRUE(feed.publish(on));
            ASSERT_TRUE(feed.latest()->same_state(on)) << i;
        }
    }
}

// A torn snapshot would not add up; ThreadSanitizer sees any race.
TEST(snapshot_feed, shows_every_way_of_sharing_and_what_rounding_up_holds) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}, search::scan{}, request_rule::whole_gpus};
        snapshot_feed feed{by.cluster()};
        for (int round = 0; round < 8; ++round) {
            (void)history.play(by, 6);
            for (std::uint32_t n = 0; n < by.cluster().size(); ++n) feed.changed(by.cluster(), node_id{n});
            RC_ASSERT(feed.publish(by.cluster()));
            RC_ASSERT(feed.latest()->same_state(by.cluster()));
        }
    });
}

TEST(snapshot_feed, readers_score_while_the_writer_commits) {
    scheduler by{some_nodes(50), policy::best_fit{}, search::indexed{}};
    snapshot_feed feed{by.cluster()};
    std::atomic<bool> done{false};
    std::atomic<std::size_t> torn{0};
    std::atomic<std::size_t> scored{0};
    const auto read = [&] {
        while (!done.load()) {
            const auto snapshot = feed.latest();
            const auto found = search::scan::searcher{}.find(policy::best_fit{}, {*snapshot, one_gpu});
            torn += summed_free(*snapshot) == snapshot->compute_free() ? 0U : 1U;
            scored += found ? 1U : 0U;
        }
    };
    std::thread first{read};
    std::thread second{read};
    std::vector<placement> live;
    std::size_t published = 0;
    for (int i = 0; i < 4000 || scored.load() < 10; ++i) {
        if (i % 3 == 2) {
            by.release(live[static_cast<std::size_t>(i) % live.size()]);
            feed.changed(by.cluster(), live[static_cast<std::size_t>(i) % live.size()].node);
            live.erase(live.begin() + static_cast<long>(static_cast<std::size_t>(i) % live.size()));
        } else if (const auto placed = by.try_place(one_gpu)) {
            live.push_back(*placed);
            feed.changed(by.cluster(), placed->node);
        }
        published += feed.publish(by.cluster()) ? 1U : 0U;
    }
    done = true;
    first.join();
    second.join();
    EXPECT_EQ(torn.load(), 0U);
    EXPECT_GT(published, 1000U);
}
