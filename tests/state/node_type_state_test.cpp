// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_type_state.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(node_type_state, counts_gpus_with_their_part_of_the_node) {
    cluster on = cluster_builder{}.add_nodes(2, {96_cores, 80_GiB, {8, models::t4}}).build().value();
    EXPECT_EQ(on.free_of_type(0).room_for(8, 8), 2);
    const placement cpu = on.take(node_id{0}, {}, {.cpu = 56_cores}); // 40 cores are left: 3 GPUs' part
    EXPECT_EQ(on.free_of_type(0).room_for(8, 8), 1);
    EXPECT_EQ(on.free_of_type(0).room_for(3, 8), 1 + 2);
    (void)on.take(node_id{0}, {}, {.memory = 65_GiB}); // 15 GiB are left: one GPU's part
    EXPECT_EQ(on.free_of_type(0).room_for(2, 8), 4);
    on.give_back(cpu);
    EXPECT_EQ(on.free_of_type(0).room_for(2, 8), 4);
    on.set_closed(node_id{1}, true);
    EXPECT_EQ(on.free_of_type(0).room_for(1, 8), 1);
}

// Whatever was placed, released and closed: what is kept up to date is what adding up says.
TEST(node_type_state, is_kept_up_to_date) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        std::vector<node_type_state> sums(on.types().size());
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_row row = on.row(node_id{n});
            sums[row.type].count(row.state, on.types()[row.type], 1);
        }
        for (std::size_t kind = 0; kind < sums.size(); ++kind) RC_ASSERT(on.free_of_type(kind) == sums[kind]);
    });
}
