// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_search.hpp>

#include <gpupack/policy/best_fit.hpp>

#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

using namespace gpupack;

// Whatever comes of a search, the board holds all members or none, and those that it holds fit one after the other.
TEST(gang_search, assigns_all_members_or_none) {
    int assigned = 0;
    int refused = 0;
    int cut_short = 0;
    for (std::uint64_t seed = 0; seed < 800; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const gang gang = random_gang(history, cluster, 6);
        plan::detail::gang_board board{cluster, policy::best_fit{}, gang, request_rule::as_requested};
        plan::detail::gang_search search{board, static_cast<std::int64_t>(seed % 3) * 50};
        if (!search.assign_all_in(domain_id{})) {
            ++refused;
            cut_short += search.is_proven() ? 0 : 1;
            ASSERT_TRUE(board.assigned().empty()) << seed;
            continue;
        }
        ++assigned;
        gpupack::cluster copy = cluster;
        std::map<std::uint32_t, int> on_node;
        std::vector<int> of_part(gang.parts.size());
        for (const auto& each : board.assigned()) {
            const request& request = gang.parts[each.part].request;
            ASSERT_TRUE(fit::fits_on(copy[each.target.node], request, each.target.gpus, each.target.slots)) << seed;
            (void)copy.take(each.target.node, each.target.gpus, request, each.target.slots);
            ++of_part[each.part];
            ++on_node[each.target.node.number()];
        }
        for (std::size_t part = 0; part < gang.parts.size(); ++part)
            ASSERT_EQ(of_part[part], gang.parts[part].count) << seed;
        for (const auto& [node, members] : on_node) {
            ASSERT_GE(members, gang.least_per_node) << seed;
            ASSERT_LE(members, gang.most_per_node) << seed;
        }
    }
    EXPECT_GT(assigned, 100);
    EXPECT_GT(refused, 100);
    EXPECT_GT(cut_short, 10);
}
