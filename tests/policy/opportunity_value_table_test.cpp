// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/opportunity_value_table.hpp>

#include "support/for_all.hpp"
#include "support/naive_use.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(opportunity_value_table, holds_what_the_definition_says) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const task_mix expected = history.any_mix(on);
        const auto offers = static_cast<int>(history.number(1, 12));
        const mebibytes memory = history.below(2) == 0 ? 16_GiB : 80_GiB;
        const policy::opportunity_value_table table{expected, offers, {.models = {}, .fallback = memory}};
        naive_use oracle{expected, offers, memory};
        for (std::uint32_t n = 0; n < on.size(); ++n)
            RC_ASSERT(table.view().of(on[node_id{n}]) == oracle.use(on[node_id{n}]));
    });
}

TEST(opportunity_value_table, expects_nothing_of_an_empty_mix) {
    const policy::opportunity_value_table table{task_mix{}};
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    EXPECT_EQ(table.view().of(on[node_id{0}]), 0);
}

TEST(opportunity_value_table, approaches_what_fills_a_gpu) {
    task_mix halves;
    halves.add({.gpus = 1, .share = slice{.memory = {}, .compute = 600_milli}}, 1);
    halves.add({.gpus = 1, .share = slice{.memory = {}, .compute = 400_milli}}, 1);
    const policy::opportunity_value_table table{halves, 100};
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {1, models::t4}}).build().value();
    const auto use = table.view().of(on[node_id{0}]) / policy::opportunity_value_view::outlooks;
    EXPECT_NEAR(static_cast<double>(use) / policy::opportunity_value_view::unit, 1000, 1);
}

TEST(opportunity_value_table, compares_by_what_it_holds) {
    task_mix mix;
    mix.add({.cpu = 1_cores, .gpus = 1}, 3);
    const policy::opportunity_value_table made{mix};
    EXPECT_TRUE(made == policy::opportunity_value_table{mix});
    EXPECT_FALSE((made == policy::opportunity_value_table{mix, 7}));
}

TEST(opportunity_value_table_death, refuses_a_mix_whose_use_could_overflow) {
    task_mix huge;
    huge.add({.cpu = 1_cores}, (1 << 20) + 1);
    EXPECT_DEATH((policy::opportunity_value_table{huge}), "at most 2\\^20 expected tasks");
}
