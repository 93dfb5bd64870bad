// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/placement_counts.hpp>

#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(placement_counts, count_the_free_slots_of_each_profile_in_each_state) {
    for (const gpu_model* model : {&models::a100_40gb, &models::a30, &models::rtx_pro_6000, &models::rtx_pro_4500}) {
        const partition_table table = mig::make_table(model->mig);
        const placement_counts counts{table};
        for (std::uint64_t occupied = 0; occupied < 1U << table.units; ++occupied)
            for (int p = 0; p < table.profile_count; ++p) {
                int free = 0;
                for (int slot = 0; slot < table.slot_count; ++slot)
                    free += table.slots[slot].profile == p && table.is_free(slot, occupied) ? 1 : 0;
                ASSERT_EQ(counts.view().places(occupied, p), free);
            }
        EXPECT_EQ(counts.view().units, table.units);
    }
}
