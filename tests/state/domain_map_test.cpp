// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/domain_map.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <set>

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
