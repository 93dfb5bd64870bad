// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/domain_map.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(domain_map, puts_the_nodes_of_a_domain_in_a_row) {
    for_all([](std::uint64_t seed) {
        const cluster on = random_history{seed}.any_cluster();
        for (std::uint32_t d = 0; d < on.domains().size(); ++d) {
            std::set<std::uint32_t> expected;
            for (std::uint32_t n = 0; n < on.size(); ++n)
                if (on.domains().common(on.domain_of(node_id{n}), domain_id{d}) == domain_id{d}) expected.insert(n);
            std::set<std::uint32_t> told;
            for (const node_id node : on.nodes_in(domain_id{d})) told.insert(node.number());
            RC_ASSERT(told == expected);
            RC_ASSERT(on.nodes_in(domain_id{d}).size() == expected.size());
        }
    });
}

TEST(domain_map, stays_what_it_would_be_made_anew_while_nodes_come_and_go) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const domain_tree tree = history.any_cluster().domains();
        std::vector<domain_id> domain_of;
        for (int n = 0; n < 20; ++n) domain_of.emplace_back(static_cast<std::uint32_t>(history.below(tree.size())));
        domain_map expected{tree, domain_of};
        domain_map map{tree, {}};
        std::vector<std::uint32_t> order;
        for (std::uint32_t n = 0; n < 20; ++n) order.push_back(n);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[history.below(i)]);
        for (const std::uint32_t n : order) {
            map.insert(node_id{n}, domain_id{static_cast<std::uint32_t>(history.below(tree.size()))});
            map.erase(node_id{n});
            map.insert(node_id{n}, domain_of[n]);
        }
        for (std::uint32_t d = 0; d < tree.size(); ++d) {
            const node_range a = map.nodes(domain_id{d});
            const node_range b = expected.nodes(domain_id{d});
            RC_ASSERT(std::equal(a.begin(), a.end(), b.begin(), b.end()));
        }
    });
}
