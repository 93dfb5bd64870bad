// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/standing_instances.hpp>

#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// Whatever was placed, the instances of live placements stand and are busy, and no others are.
TEST(standing_instances, are_those_of_live_placements) {
    std::size_t busy = 0;
    std::size_t idle = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        const auto live = history.play(by, 40);
        std::size_t placed = 0;
        for (const placement& each : live) {
            const placed_resources held = by.cluster().resources_of(each);
            if (held.share.way() != sharing::mig || by.cluster()[held.node].closed()) continue;
            for_each_gpu_indexed(held.gpus,
                                 [&](int, int i) { placed += by.cluster()[held.node].gpu(i).closed ? 0U : 1U; });
        }
        std::size_t found = 0;
        for (const plan::standing_gpu& gpu : plan::standing_gpus(by.cluster())) {
            const node_view node = by.cluster()[gpu.node];
            ASSERT_FALSE(node.closed() || node.gpu(gpu.gpu).closed);
            std::uint64_t occupied = 0;
            for (const plan::standing_instance& each : gpu.instances) {
                ASSERT_TRUE(gpu.table->is_free(each.slot, occupied)) << seed;
                occupied |= gpu.table->slots[each.slot].taken;
                found += each.busy ? 1 : 0;
                idle += each.busy ? 0 : 1;
                ASSERT_EQ(each.destroy_cost == plan::running_task::never, each.busy);
            }
            ASSERT_EQ(occupied, gpu.occupied());
        }
        ASSERT_EQ(found, placed) << seed;
        busy += found;
    }
    EXPECT_GT(busy, 100U);
    EXPECT_GT(idle, 20U);
}
