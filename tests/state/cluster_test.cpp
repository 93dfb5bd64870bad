// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster.hpp>

#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace gpupack;

namespace {

cluster one_node() {
    return cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
}

} // namespace

TEST(cluster, placing_and_releasing_in_any_order_ends_where_it_began_bit_for_bit) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster idle = history.any_cluster();
        scheduler by{idle, policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        std::vector<placement> live = history.play(by, 80);
        RC_ASSERT(by.cluster().live_placements() == live.size());
        while (!live.empty()) {
            std::swap(live[history.below(live.size())], live.back());
            by.release(live.back());
            live.pop_back();
        }
        for (std::uint32_t n = 0; n < idle.size(); ++n) {
            by.set_closed(node_id{n}, false);
            by.set_closed(node_id{n}, gpu_set::first(idle[node_id{n}].gpu_count()), false);
        }
        RC_ASSERT(by.cluster().same_state(idle));
        RC_ASSERT(by.cluster().live_placements() == 0U);
    });
}

TEST(cluster, is_never_oversubscribed_in_any_dimension) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        milli_gpu free{};
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            RC_ASSERT(node.cpu_free().count() >= 0 && node.memory_free().count() >= 0);
            for (int i = 0; i < node.gpu_count(); ++i) {
                const gpu_state& gpu = node.gpu(i);
                RC_ASSERT(gpu.compute_free >= 0 && gpu.memory_free >= 0);
                RC_ASSERT((gpu.sharers > 0 ? gpu.way != sharing::idle : gpu.way == node.capacity(i).only));
                RC_ASSERT(gpu.way != sharing::slices || gpu.sharers <= node.capacity(i).max_sharers);
                RC_ASSERT(gpu.way != sharing::exclusive || gpu.sharers == 1 || gpu.sharers == 0);
            }
            free += node.compute_free();
        }
        RC_ASSERT(free == on.compute_free()); // the running total is the sum
    });
}

TEST(cluster, a_copy_is_an_independent_what_if) {
    cluster here = one_node();
    const placement before = here.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    cluster there = here;
    there.give_back(before);
    EXPECT_EQ(here.compute_free(), 1000_milli);
    EXPECT_EQ(there.compute_free(), 2000_milli);
    here.give_back(before);
    EXPECT_TRUE(here.same_state(there));
}

TEST(cluster, names_its_nodes) {
    const cluster named = cluster_builder{}.add_node("n7", {}).add_nodes(1, {}).build().value();
    EXPECT_EQ(named.name(node_id{0}), "n7");
    EXPECT_EQ(named.name(node_id{1}), "node 1");
}

TEST(cluster_death, a_placement_is_released_once_and_where_it_was_made) {
    cluster here = one_node();
    cluster elsewhere = one_node();
    const placement placed = here.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_DEATH(elsewhere.give_back(placed), "a placement of this cluster, not of another");
    here.give_back(placed);
    EXPECT_DEATH(here.give_back(placed), "was it released before");
    EXPECT_DEATH((void)here.take(node_id{0}, gpu_set::of(0), {.gpus = 2}), "as many GPUs as the request asks for");
    EXPECT_DEATH((void)here.take(node_id{0}, {}, {.cpu = 9_cores}), "a request that fits the node");
    EXPECT_DEATH((void)here[node_id{1}], "the id of a node of this cluster");
}
