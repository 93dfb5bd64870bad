// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/domain_state.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// Whatever was placed, released and closed: what is kept up to date is what adding up says.
TEST(domain_state, is_kept_up_to_date) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (std::uint32_t d = 0; d < on.domains().size(); ++d) {
            domain_state sums;
            std::int64_t room_for_two = 0;
            for (const node_id id : on.nodes_in(domain_id{d})) {
                const node_view node = on[id];
                const int idle = node.closed() ? 0 : node.idle_gpus();
                sums.compute_free += node.compute_free().count();
                sums.idle_gpus += idle;
                ++sums.by_idle[static_cast<std::size_t>(idle)];
                room_for_two += idle / 2;
            }
            RC_ASSERT(on.free_in(domain_id{d}) == sums);
            RC_ASSERT(on.free_in(domain_id{d}).room_for(2) == room_for_two);
        }
    });
}

TEST(domain_state, has_room_for_any_number_without_gpus) {
    EXPECT_EQ(domain_state{}.room_for(0), INT64_MAX);
    EXPECT_EQ(domain_state{}.room_for(1), 0);
}
