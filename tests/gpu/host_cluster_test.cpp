// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/host_cluster.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(host_cluster, holds_the_state_of_a_cluster) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const cluster on = random_history{seed}.used_cluster();
        const gpu::host_cluster flat{on};
        EXPECT_TRUE(flat.same_state(on));
        EXPECT_EQ(flat.size(), on.size());
        EXPECT_EQ(flat.gpu_count(), on.gpu_count());
        EXPECT_EQ(flat.view().type_count, on.types().size());
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            EXPECT_EQ(flat.view()[node_id{n}].gpu_count(), on[node_id{n}].gpu_count());
            EXPECT_EQ(flat.view()[node_id{n}].cpu(), on[node_id{n}].cpu());
        }
    }
}

TEST(host_cluster, takes_over_a_node_that_changed) {
    random_history history{7};
    cluster on = history.used_cluster();
    gpu::host_cluster flat{on};
    on.set_closed(node_id{0}, !on[node_id{0}].closed());
    EXPECT_FALSE(flat.same_state(on));
    flat.copy_node(on, node_id{0});
    EXPECT_TRUE(flat.same_state(on));
}
