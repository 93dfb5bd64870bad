// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_patterns.hpp>

#include <gpupack/policy/first_fit.hpp>

#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;
using plan::detail::member_counts;

namespace {

/// Adds members in every order, on every set of GPUs, in every slot.
void add_all(std::set<member_counts>& found, cluster& on, node_id node, const plan::detail::gang_board& board,
             member_counts& counts, int members) {
    if (members == 0 || members >= board.gang().least_per_node) found.insert(counts);
    if (members == board.gang().most_per_node) return;
    for (std::size_t part = 0; part < board.parts(); ++part) {
        if (counts[part] == board.count(part) || !fit::fits(on[node], board.request(part))) continue;
        std::vector<selection> choices;
        (void)plan::detail::collect_choices(choices, on[node], board.request(part), true,
                                            plan::detail::slot_choices::all, 1 << 20);
        ++counts[part];
        for (const selection& choice : choices) {
            const placement taken = on.take(node, choice.gpus, board.request(part), choice.slots);
            add_all(found, on, node, board, counts, members + 1);
            on.give_back(taken);
        }
        --counts[part];
    }
}

} // namespace

// Exactly the combinations that a node can take: all of them, or the largest where any fewer will do too.
TEST(gang_patterns, are_what_a_node_takes) {
    int nodes = 0;
    int several = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const gang gang = random_gang(history, cluster, 3);
        plan::detail::gang_board board{cluster, policy::first_fit{}, gang, request_rule::as_requested};
        plan::detail::gang_patterns patterns{board};
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            if (cluster[node_id{n}].gpu_count() > 4) continue;
            plan::detail::search_budget budget{1'000'000};
            std::vector<member_counts> listed;
            ASSERT_TRUE(patterns.list(listed, node_id{n}, budget)) << seed;
            gpupack::cluster copy = cluster;
            std::set<member_counts> all;
            member_counts nobody(board.parts(), 0);
            add_all(all, copy, node_id{n}, board, nobody, 0);
            all.erase(nobody);
            std::vector<member_counts> expected(all.begin(), all.end());
            if (patterns.closed_downwards()) plan::detail::gang_patterns::keep_largest(expected);
            ASSERT_EQ((std::set<member_counts>{listed.begin(), listed.end()}),
                      (std::set<member_counts>{expected.begin(), expected.end()}))
                << seed;
            ++nodes;
            several += listed.size() > 1 ? 1 : 0;
        }
    }
    EXPECT_GT(nodes, 500);
    EXPECT_GT(several, 50);
}

TEST(gang_patterns, say_when_the_budget_ran_out) {
    random_history history{1};
    const cluster cluster = cluster_builder{}.add_nodes(1, {.cpu = 64_cores, .gpus = {8, models::t4}}).build().value();
    const request half{.cpu = 1_cores, .gpus = 1, .share = slice{.compute = 500_milli}};
    const request third{.cpu = 1_cores, .gpus = 1, .share = slice{.compute = 300_milli}};
    const gang gang{.parts = {{half, 30}, {third, 30}}};
    plan::detail::gang_board board{cluster, policy::first_fit{}, gang, request_rule::as_requested};
    plan::detail::gang_patterns patterns{board};
    plan::detail::search_budget budget{10};
    std::vector<member_counts> listed;
    EXPECT_FALSE(patterns.list(listed, node_id{}, budget));
}
