// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/fragmentation_table.hpp>

#include "support/gpu_parts.hpp"
#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/score_of_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string_view>

using namespace gpupack;

namespace {

/// The definition in plain words: for each expected task, what is free on the node that it cannot use.
std::int64_t obvious_fragmentation(const node_view& node, const task_mix& expected) {
    std::int64_t sum = 0;
    for (const task_mix::entry& each : expected.entries()) {
        std::int64_t usable = 0;
        int serving = 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const request alone{.gpus = 1, .share = each.request.share, .models = each.request.models};
            if (!fit::fitting_gpus(node, alone).contains(i)) continue;
            ++serving;
            usable += plain_part_free(node, i);
        }
        const bool can = each.request.gpus > 0 && serving >= each.request.gpus && each.request.cpu <= node.cpu_free();
        sum += each.count * (plain_part_free(node) - (can ? usable : 0));
    }
    return sum;
}

} // namespace

TEST(fragmentation_table, sums_up_what_each_expected_task_cannot_use) {
    for_all([](std::uint64_t seed) {
        random_history history{seed, true};
        const cluster on = history.used_cluster();
        const task_mix expected = history.any_mix(on);
        const policy::fragmentation_table table{expected};
        for (std::uint32_t n = 0; n < on.size(); ++n)
            RC_ASSERT(table.view().fragmentation(on[node_id{n}]) == obvious_fragmentation(on[node_id{n}], expected));
    });
}

TEST(fragmentation_table_death, refuses_a_mix_whose_scores_could_overflow) {
    task_mix huge;
    huge.add({.cpu = 1_cores}, (1 << 20) + 1);
    EXPECT_DEATH((policy::fragmentation_table{huge}), "at most 2\\^20 expected tasks");
}
