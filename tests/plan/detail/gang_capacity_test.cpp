// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_capacity.hpp>

#include <gpupack/policy/first_fit.hpp>

#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using namespace gpupack;

// No node takes more members than the bound says, and none is refused a member that fits.
TEST(gang_capacity, bounds_the_members_that_a_node_takes) {
    std::int64_t bounded = 0;
    std::int64_t taken = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const request request = history.any_request(cluster);
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            constexpr std::int64_t most = 20;
            const std::int64_t bound = plan::detail::most_members(cluster[node_id{n}], request, most);
            gpupack::cluster copy = cluster;
            std::int64_t members = 0;
            for (; members < most && fit::fits(copy[node_id{n}], request); ++members) {
                const selection target = policy::select_gpus(policy::first_fit{}, copy[node_id{n}], request);
                (void)copy.take(node_id{n}, target.gpus, request, target.slots);
            }
            ASSERT_LE(members, bound) << seed;
            ASSERT_EQ(members == 0, bound == 0) << seed;
            bounded += bound;
            taken += members;
        }
    }
    EXPECT_LE(bounded, 2 * taken);
}

// A gang that is placed in an idle cluster might fit it.
TEST(gang_capacity, never_denies_a_gang_that_fits_an_empty_cluster) {
    int fitting = 0;
    int denied = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        random_history history{seed};
        const cluster cluster = history.any_cluster();
        gang gang = random_gang(history, cluster, 6);
        gang.least_per_node = 1;
        plan::detail::gang_board board{cluster, policy::first_fit{}, gang, request_rule::as_requested};
        bool fits = true;
        for (std::size_t part = 0; part < gang.parts.size(); ++part)
            for (int member = 0; member < gang.parts[part].count && fits; ++member) {
                std::uint32_t n = 0;
                while (n < cluster.size() && !board.fits(part, node_id{n})) ++n;
                fits = n < cluster.size();
                if (fits) board.assign(part, node_id{n});
            }
        const bool might = plan::detail::might_fit_empty(board, cluster.nodes_in(domain_id{}));
        if (fits) {
            ++fitting;
            ASSERT_TRUE(might) << seed;
        }
        denied += might ? 0 : 1;
    }
    EXPECT_GT(fitting, 100);
    EXPECT_GT(denied, 50);
}
