// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/link_bandwidth.hpp>

#include <gpupack/policy/link_search.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::link_bandwidth>);

TEST(link_bandwidth, takes_the_fastest_set) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (node.type().links == nullptr || !fit::fits(node, request)) continue;
            if (request.gpus == 0 || request.share.is_split() || request.numa != numa_alignment::none) continue;
            const auto best = policy::best_link_set(*node.type().links, fit::fitting_gpus(node, request), request.gpus);
            const auto taken = policy::select_gpus(policy::link_bandwidth{}, node, request);
            RC_ASSERT(taken.gpus == best.gpus);
            // Combined with others, it still sees each set.
            RC_ASSERT(policy::select_gpus(then(policy::link_bandwidth{}, policy::first_fit{}), node, request) == taken);
            RC_ASSERT(policy::select_gpus(then(policy::first_fit{}, policy::link_bandwidth{}), node, request) == taken);
            RC_ASSERT(policy::select_gpus(0.5 * policy::link_bandwidth{} + policy::first_fit{}, node, request) ==
                      taken);
        }
    });
}

TEST(link_bandwidth, takes_the_lowest_where_nothing_is_known) {
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {8, models::t4}}).build().value();
    EXPECT_EQ(policy::select_gpus(policy::link_bandwidth{}, on[node_id{0}], {.gpus = 3}).gpus.bits(), 7U);
}

TEST(link_bandwidth, grows_sets_on_large_nodes) {
    node_topology ring = wired(std::vector<pcie_location>(20));
    for (std::size_t i = 0; i < 20; ++i) add_nvlinks(ring, i, (i + 1) % 20, i == 10 ? 4 : 1);
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {20, models::t4}, {}, ring}).build().value();
    EXPECT_EQ(policy::select_gpus(policy::link_bandwidth{}, on[node_id{0}], {.gpus = 2}).gpus.bits(), 3U << 10);
    EXPECT_EQ(policy::select_gpus(policy::link_bandwidth{}, on[node_id{0}], {.gpus = 3}).gpus.bits(), 7U << 9);
}
