// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/koordinator/partitions.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

cluster eight_with(std::uint32_t used) {
    cluster on = cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {8, models::h100_80gb}}).build().value();
    for (int i = 0; i < 8; ++i)
        if ((used >> i & 1U) != 0) (void)on.take(node_id{0}, gpu_set::of(i), {.gpus = 1});
    return on;
}

/// Blocks of k neighbours among 8 that miss all of these GPUs.
int whole_blocks(std::uint32_t used, int k) {
    int whole = 0;
    for (int first = 0; first < 8; first += k) whole += (used & (gpu_set::first(k).bits() << first)) == 0 ? 1 : 0;
    return whole;
}

} // namespace

TEST(koordinator_partitions, leave_most_larger_blocks_whole) { // every state of eight GPUs
    for (const int wanted : {1, 2, 4, 8})
        for (std::uint32_t used = 0; used < 256; ++used) {
            const cluster on = eight_with(used);
            const request request{.gpus = wanted};
            if (whole_blocks(used, wanted) == 0) continue;
            int best = -1;
            std::uint32_t first_best = 0;
            for (int first = 0; first < 8; first += wanted) {
                const std::uint32_t block = gpu_set::first(wanted).bits() << first;
                if ((used & block) != 0) continue;
                int score = 0;
                for (const auto& [k, weight] : {std::pair{8, 10000}, std::pair{4, 100}, std::pair{2, 1}})
                    if (k >= wanted) score += weight * whole_blocks(used | block, k);
                if (score <= best) continue;
                best = score;
                first_best = block;
            }
            EXPECT_EQ(policy::select_gpus(dialect::koordinator_partitions{}, on[node_id{0}], request).gpus.bits(),
                      first_best)
                << wanted << " of " << used;
        }
}

TEST(koordinator_partitions, takes_the_lowest_gpus_where_no_block_will_do) {
    const cluster on = eight_with(0b01010101);
    EXPECT_EQ(policy::select_gpus(dialect::koordinator_partitions{}, on[node_id{0}], {.gpus = 2}).gpus.bits(), 0b1010U);
    EXPECT_EQ(policy::select_gpus(dialect::koordinator_partitions{}, on[node_id{0}], {.gpus = 3}).gpus.bits(),
              0b101010U);
}

TEST(koordinator_partitions, are_those_of_the_topology_where_it_tells_them) {
    node_spec machine{8_cores, 8_GiB, {4, models::h100_80gb}, {}, wired(std::vector<pcie_location>(4))};
    for (const std::uint32_t bits : {0x5U, 0xaU, 0x1U, 0x2U, 0x4U, 0x8U, 0xfU})
        machine.topology->partitions.push_back(gpu_set::from_bits(bits));
    cluster on = cluster_builder{}.add_nodes(1, machine).build().value();
    const auto taken = [&](int gpus) {
        return policy::select_gpus(dialect::koordinator_partitions{}, on[node_id{0}], {.gpus = gpus}).gpus.bits();
    };
    EXPECT_EQ(taken(2), 0x5U);
    EXPECT_EQ(taken(4), 0xfU);
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_EQ(taken(1), 0x4U); // its partner is gone already
    EXPECT_EQ(taken(2), 0xaU);
    EXPECT_EQ(policy::node_score(dialect::koordinator_partitions{}, on[node_id{0}], {.gpus = 3}), -1);
}
