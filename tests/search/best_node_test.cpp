// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/best_node.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/best_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(best_node, of_parts_is_the_best_of_the_whole) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const policy::best_fit by;
        const auto nodes = static_cast<std::uint32_t>(on.size());
        const auto cut = static_cast<std::uint32_t>(history.below(nodes + 1));
        const auto low = search::best_in(by, on, request, 0, cut);
        const auto high = search::best_in(by, on, request, cut, nodes);
        RC_ASSERT((high.precedes(low) ? high : low) == search::best_in(by, on, request, 0, nodes));
    });
}
