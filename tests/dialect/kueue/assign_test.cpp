// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kueue/assign.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::kueue_amounts;
using dialect::kueue_assignment;
using dialect::kueue_pod_set;
using dialect::kueue_portion;
using dialect::kueue_topology;
using dialect::kueue_tree;
using dialect::kueue_verdict;
using portions = std::vector<kueue_portion>;

kueue_amounts room_for(std::int64_t pods) {
    return {.gpus = pods, .pods = 100};
}

std::vector<kueue_amounts> rooms_for(const std::vector<std::int64_t>& pods) {
    std::vector<kueue_amounts> rooms;
    for (const std::int64_t each : pods) rooms.push_back(room_for(each));
    return rooms;
}

kueue_pod_set pods_of_one_gpu(std::int64_t count, kueue_topology topology, int level) {
    return {.count = count, .pod = {.gpus = 1}, .topology = topology, .level = level};
}

// Two blocks of two racks of two hosts: leaves 0 to 7.
const kueue_tree blocks{{{"a", "r1", "h0"},
                         {"a", "r1", "h1"},
                         {"a", "r2", "h2"},
                         {"a", "r2", "h3"},
                         {"b", "r1", "h4"},
                         {"b", "r1", "h5"},
                         {"b", "r2", "h6"},
                         {"b", "r2", "h7"}}};

TEST(kueue_assign, required_takes_the_domain_with_the_least_that_suffices) {
    const auto free = rooms_for({4, 4, 2, 2, 2, 1, 3, 3});
    const auto made = kueue_assign(blocks, free, pods_of_one_gpu(4, kueue_topology::required, 1));
    EXPECT_EQ(made.verdict, kueue_verdict::fits);
    EXPECT_EQ(made.pods, (portions{{2, 2}, {3, 2}})) << "rack a/r2 holds just 4";
    const auto refused = kueue_assign(blocks, free, pods_of_one_gpu(9, kueue_topology::required, 1));
    EXPECT_EQ(refused.verdict, kueue_verdict::no_room);
    EXPECT_EQ(refused.room, 8);
}

TEST(kueue_assign, preferred_widens_level_by_level_and_then_takes_several_domains) {
    const auto free = rooms_for({4, 4, 2, 2, 2, 1, 3, 3});
    const auto block = kueue_assign(blocks, free, pods_of_one_gpu(9, kueue_topology::preferred, 1));
    EXPECT_EQ(block.pods, (portions{{4, 2}, {5, 1}, {6, 3}, {7, 3}})) << "block b holds just 9";
    const auto both = kueue_assign(blocks, free, pods_of_one_gpu(20, kueue_topology::preferred, 2));
    EXPECT_EQ(both.pods, (portions{{0, 4}, {1, 4}, {2, 2}, {3, 2}, {4, 2}, {6, 3}, {7, 3}}));
    EXPECT_EQ(kueue_assign(blocks, free, pods_of_one_gpu(22, kueue_topology::preferred, 2)).room, 21);
}

TEST(kueue_assign, unconstrained_fills_what_has_the_least_left_unless_the_gate_is_off) {
    const auto free = rooms_for({4, 4, 2, 2, 2, 1, 3, 3});
    const auto set = pods_of_one_gpu(6, kueue_topology::unconstrained, 0);
    EXPECT_EQ(kueue_assign(blocks, free, set).pods, (portions{{2, 2}, {3, 2}, {4, 1}, {5, 1}}));
    EXPECT_EQ(kueue_assign(blocks, free, set, {.mixed_profile = false}).pods, (portions{{0, 4}, {2, 2}}));
    EXPECT_EQ(kueue_assign(blocks, free, pods_of_one_gpu(3, kueue_topology::unconstrained, 0)).pods, (portions{{6, 3}}))
        << "one leaf that suffices before several";
}

TEST(kueue_assign, slices_stay_within_a_domain_of_their_level) {
    const auto free = rooms_for({3, 3, 1, 1, 2, 2, 3, 1});
    kueue_pod_set set = pods_of_one_gpu(8, kueue_topology::required, 0);
    set.slices = {{2, 2}};
    const auto hosts = kueue_assign(blocks, free, set);
    EXPECT_EQ(hosts.verdict, kueue_verdict::no_room);
    EXPECT_EQ(hosts.room, 3) << "slices, not pods: block b has three of them";
    set.count = 6;
    EXPECT_EQ(kueue_assign(blocks, free, set).pods, (portions{{4, 2}, {5, 2}, {6, 2}}));
    set.slices = {{1, 4}, {2, 2}};
    set.count = 4;
    EXPECT_EQ(kueue_assign(blocks, free, set).pods, (portions{{0, 2}, {1, 2}}))
        << "both blocks have one rack of whole host slices, and block a less beside it";
    set.slices = {{2, 2}, {1, 4}};
    EXPECT_EQ(kueue_assign(blocks, free, set).verdict, kueue_verdict::bad_request) << "the widest layer comes first";
}

TEST(kueue_assign, a_leader_is_placed_where_it_leaves_room_for_the_workers) {
    const auto free = rooms_for({2, 2, 4, 1, 0, 0, 0, 0});
    kueue_pod_set set = pods_of_one_gpu(4, kueue_topology::required, 1);
    set.leader = kueue_amounts{.gpus = 1};
    const auto made = kueue_assign(blocks, free, set);
    EXPECT_EQ(made.verdict, kueue_verdict::fits);
    EXPECT_EQ(made.leader, 2U) << "rack a/r1 holds four pods, but none beside";
    EXPECT_EQ(made.pods, (portions{{2, 3}, {3, 1}}));
    set.leader = kueue_amounts{.gpus = 5};
    EXPECT_EQ(kueue_assign(blocks, free, set).verdict, kueue_verdict::no_room);
}

TEST(kueue_assign, of_as_many_slices_the_domain_with_fewer_pods_comes_first) {
    kueue_pod_set set = pods_of_one_gpu(2, kueue_topology::required, 1);
    set.slices = {{2, 2}};
    EXPECT_EQ(kueue_assign(blocks, rooms_for({3, 2, 0, 0, 0, 0, 0, 0}), set).pods, (portions{{1, 2}}));
}

TEST(kueue_assign, a_leader_passes_over_a_leaf_where_it_would_cost_a_worker_its_place) {
    kueue_pod_set set{.count = 4, .pod = {.gpus = 2}, .topology = kueue_topology::required, .level = 1};
    set.leader = kueue_amounts{.gpus = 1};
    const auto made = kueue_assign(blocks, rooms_for({4, 5, 0, 0, 0, 0, 0, 0}), set);
    EXPECT_EQ(made.leader, 1U);
    EXPECT_EQ(made.pods, (portions{{0, 2}, {1, 2}}));
}

TEST(kueue_assign, balanced_placement_gives_domains_alike_where_it_can) {
    const auto free = rooms_for({4, 4, 2, 2, 5, 5, 1, 1});
    const auto set = pods_of_one_gpu(6, kueue_topology::preferred, 1);
    EXPECT_EQ(kueue_assign(blocks, free, set).pods, (portions{{0, 4}, {1, 2}}));
    const dialect::kueue_gates balanced{.balanced_placement = true};
    EXPECT_EQ(kueue_assign(blocks, free, set, balanced).pods, (portions{{0, 3}, {1, 3}}));
    EXPECT_EQ(kueue_assign(blocks, free, pods_of_one_gpu(11, kueue_topology::preferred, 1), balanced).pods,
              (portions{{0, 4}, {1, 3}, {2, 2}, {3, 2}}))
        << "two racks of block a, whose smallest leaves have two, rather than of block b, where they would have one";
    EXPECT_EQ(kueue_assign(blocks, free, pods_of_one_gpu(20, kueue_topology::preferred, 1), balanced).pods,
              kueue_assign(blocks, free, pods_of_one_gpu(20, kueue_topology::preferred, 1)).pods)
        << "no block holds them all";
    EXPECT_EQ(kueue_assign(blocks, free, pods_of_one_gpu(6, kueue_topology::required, 1), balanced).pods,
              (portions{{0, 4}, {1, 2}}))
        << "preferred alone";
}

} // namespace
