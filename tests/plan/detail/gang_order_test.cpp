// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_order.hpp>

#include <gpupack/request/instances.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gang_order, matters_where_a_choice_depends_on_what_came_before) {
    const cluster on = cluster_builder{}.add_nodes(1, {.cpu = 8_cores, .gpus = {2, models::a100_80gb}}).build().value();
    const auto depends = [&](const request& request) { return plan::detail::depends_on_order(on, request); };
    EXPECT_FALSE(depends({.gpus = 2}));
    EXPECT_FALSE(depends({.gpus = 1, .share = slice{.memory = 4_GiB}}));
    EXPECT_TRUE(depends({.gpus = 1, .share = slice{.memory = 4_GiB, .rule = {.unshared = true}}}));
    EXPECT_FALSE(depends({.gpus = 2, .numa = numa_alignment::single}));
    EXPECT_TRUE(depends({.gpus = 2, .numa = numa_alignment::best_effort}));
    EXPECT_TRUE(depends({.gpus = 2, .share = split_slice{8_GiB}}));
    EXPECT_FALSE(depends({.gpus = 0, .share = split_slice{8_GiB}}));
    EXPECT_FALSE(depends({.gpus = 1, .share = mig_profile(on.models(), "1g.10gb").value()}));
    EXPECT_TRUE(depends({.gpus = 1, .share = mig_at_least(on.models(), 5_GiB, {}, true).value()}));
}
