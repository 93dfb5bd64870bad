// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/soon_free.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(soon_free, is_the_node_after_those_that_leave_have_left) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        for (const placement& each : on.placements())
            if (history.below(2) == 0) (void)on.set_leaving(each);
        cluster later = on;
        for (const placement& each : later.placements())
            if (later.resources_of(each).leaving) later.give_back(each);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const soon_free node{on, node_id{n}};
            RC_ASSERT(node.view().cpu_free() == later[node_id{n}].cpu_free());
            RC_ASSERT(node.view().idle_gpus() == later[node_id{n}].idle_gpus());
            for (int i = 0; i < node.view().gpu_count(); ++i) RC_ASSERT(node.view().gpu(i) == later[node_id{n}].gpu(i));
        }
    });
}
