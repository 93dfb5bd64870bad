// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_state.hpp>

#include "support/for_all.hpp"
#include "support/gpu_states.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace gpupack;

TEST(node_state, sums_up_the_gpus) {
    const gpu_state gpus[] = {idle_with(1000_MiB), taking(idle_with(3000_MiB), slice{500_MiB, 300_milli}, 1),
                              taking(idle_with(9000_MiB), exclusive{}, 1)};
    const gpu_capacity capacities[] = {{.memory = 1000}, {.memory = 3000}, {.memory = 9000}};
    node_state node{.cpu_free = 1, .memory_free = 2};
    sum_up_gpus(node, gpus, capacities, 3);
    EXPECT_EQ(node, (node_state{1, 2, 1700, 1700, 2500, 1000, 1}));
    sum_up_gpus(node, gpus + 2, capacities + 2, 1);
    EXPECT_EQ(node, (node_state{1, 2, 0, 0, -1, -1, 0}));
    sum_up_gpus(node, gpus, capacities, 0);
    EXPECT_EQ(node, (node_state{1, 2, 0, 0, -1, -1, 0}));
}

TEST(node_state, is_equal_only_where_all_of_it_is) {
    const node_state state{1, 2, 3, 4, 5, 6};
    EXPECT_EQ(state, (node_state{1, 2, 3, 4, 5, 6}));
    for (int field = 0; field < 8; ++field) {
        node_state other = state;
        (field == 0   ? other.cpu_free
         : field == 1 ? other.memory_free
         : field == 2 ? other.compute_free
                      : other.slice_memory) += field < 4;
        other.slice_compute = static_cast<std::int16_t>(other.slice_compute + (field == 4));
        other.idle_gpus = (other.idle_gpus + (field == 5)) & 63;
        other.closed = field == 6;
        other.open_profiles = field == 7;
        EXPECT_FALSE(state == other) << field;
    }
}

TEST(node_state, stays_true_to_the_gpus_whatever_is_placed_and_released) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            std::int64_t compute = 0;
            std::int64_t slice_compute = -1;
            std::int64_t slice_memory = -1;
            int idle = 0;
            for (int i = 0; i < node.gpu_count(); ++i) {
                const gpu_state& gpu = node.gpu(i);
                compute += gpu.compute_free;
                const sharing only = node.capacity(i).only;
                const bool whole = only == sharing::idle || only == sharing::exclusive;
                idle += whole && gpu == idle_gpu(node.capacity(i)) ? 1 : 0; // not equal where it is closed
                if (gpu.closed || gpu.sharers() == node.capacity(i).max_sharers) continue;
                if (gpu.way != sharing::idle && gpu.way != sharing::slices) continue;
                slice_compute = std::max<std::int64_t>(slice_compute, gpu.compute_free);
                slice_memory = std::max<std::int64_t>(slice_memory, gpu.memory_free);
            }
            RC_ASSERT(node.compute_free().count() == compute);
            RC_ASSERT(node.idle_gpus() == idle);
            RC_ASSERT(node.slice_compute().count() == slice_compute);
            RC_ASSERT(node.slice_memory().count() == slice_memory);
        }
    });
}

TEST(node_state, counts_of_each_gpu_the_lesser_part_that_is_free) {
    const gpu_state gpus[] = {taking(idle_with(4000_MiB), slice{3000_MiB, 300_milli}, 1),
                              taking(idle_with(4000_MiB), slice{1000_MiB, 600_milli}, 1)};
    const gpu_capacity capacities[] = {{.memory = 4000}, {.memory = 4000}};
    node_state node;
    sum_up_gpus(node, gpus, capacities, 2);
    EXPECT_EQ(node.compute_free, 1100);
    EXPECT_EQ(node.part_free, 250 + 400);
}
