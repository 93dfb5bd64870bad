// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_shares.hpp>

#include <gpupack/policy/first_fit.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>

using namespace gpupack;

namespace {

/// A gang of equal members in a random cluster in which something is placed.
struct drawn_gang {
    gpupack::cluster cluster;
    gpupack::gang gang;

    static drawn_gang from(std::uint64_t seed) {
        random_history history{seed};
        drawn_gang drawn{history.used_cluster(), {}};
        drawn.gang.parts.push_back({history.any_request(drawn.cluster), static_cast<int>(1 + history.below(12))});
        if (history.below(3) == 0) drawn.gang.most_per_node = static_cast<int>(2 + history.below(3));
        if (history.below(3) == 0) drawn.gang.least_per_node = 2;
        if (history.below(2) == 0) drawn.gang.layout = gang_layout::spread;
        return drawn;
    }
};

/// How many members the node takes, one after the other, as the policy places them.
std::int64_t members_that_fit(const cluster& cluster, const request& request, node_id node, std::int64_t most) {
    gpupack::cluster copy = cluster;
    std::int64_t members = 0;
    for (; members < most && fit::fits(copy[node], request); ++members) {
        const selection target = policy::select_gpus(policy::first_fit{}, copy[node], request);
        (void)copy.take(node, target.gpus, request, target.slots);
    }
    return members;
}

} // namespace

// Against members that are placed for real: what each node takes is counted rightly, all members are shared out, and no
// node gets more than it takes or fewer than it must have.
TEST(gang_shares, gives_each_node_what_it_takes) {
    int shared = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        const drawn_gang drawn = drawn_gang::from(seed);
        const cluster& cluster = drawn.cluster;
        const gang& gang = drawn.gang;
        plan::detail::gang_board board{cluster, policy::first_fit{}, gang, request_rule::as_requested};
        plan::detail::gang_shares shares{board, domain_id{}};
        ASSERT_TRUE(board.assigned().empty());
        std::map<std::uint32_t, std::int64_t> capacity;
        std::int64_t all = 0;
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const std::int64_t most = std::min<std::int64_t>(gang.most_per_node, gang.members());
            std::int64_t members = members_that_fit(cluster, gang.parts[0].request, node_id{n}, most);
            if (members < gang.least_per_node) members = 0;
            capacity[n] = members;
            all += members;
        }
        ASSERT_EQ(shares.capacity(), all) << seed;
        if (all < gang.members()) continue;
        if (!shares.share_out(gang.members(), gang.layout, gang.least_per_node)) {
            ++refused;
            ASSERT_GT(gang.least_per_node, 1) << seed;
            continue;
        }
        ++shared;
        std::int64_t members = 0;
        std::int64_t fewest = gang.members();
        std::int64_t most = 0;
        shares.for_each_share([&](node_id node, std::int64_t share) {
            EXPECT_LE(share, capacity[node.number()]) << seed;
            EXPECT_GE(share, gang.least_per_node) << seed;
            members += share;
            most = std::max(most, share);
            if (share < capacity[node.number()]) fewest = std::min(fewest, share);
        });
        ASSERT_EQ(members, gang.members()) << seed;
        if (gang.layout == gang_layout::spread && cluster.domains().size() == 1 && gang.least_per_node == 1) {
            EXPECT_LE(most, fewest + 1) << seed; // even but for nodes that are full
        }
    }
    EXPECT_GT(shared, 200);
    EXPECT_GT(refused, 0);
}
