// SPDX-License-Identifier: Apache-2.0
// Mistakes of other systems with links, NUMA nodes and gangs, one test for each.
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/hami/topology.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

// A single GPU is taken where links are weakest, so that strong pairs stay.
TEST(locality, a_single_gpu_does_not_break_a_pair) {
    scheduler by{cluster_builder{}.add_nodes(1, machines::l40s_x4()).build().value(), dialect::hami_topology{}};
    ASSERT_EQ(by.place({.gpus = 1})->gpus.bits(), 0x8U); // HAMi sorts by index downwards where links are alike
    EXPECT_EQ(by.place({.gpus = 1})->gpus.bits(), 0x4U); // not 0 or 1, whose partner is free
    EXPECT_EQ(by.place({.gpus = 2})->gpus.bits(), 0x3U);
}

// Enough GPUs in sum are not enough if no node has room for a member.
TEST(locality, a_gang_is_not_admitted_by_sums) {
    cluster on = cluster_builder{}.add_nodes(4, machines::dgx_h100()).build().value();
    for (std::uint32_t n = 0; n < 4; ++n) (void)on.take(node_id{n}, gpu_set::first(4), {.gpus = 4});
    scheduler by{on, policy::first_fit{}};
    const auto refused = plan::place_gang(by, gang{.parts = {{{.gpus = 8}, 2}}});
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().proven);
    EXPECT_TRUE(refused.error().feasible_when_empty);
    EXPECT_TRUE(by.cluster().same_state(on));
}

// A domain may hold a mixed gang although it cannot hold as many of its largest members.
TEST(locality, a_mixed_gang_is_not_counted_by_its_largest_member) {
    const domain_tree tree = domain_tree_builder{{"rack"}}.add("r", "rack").add("s", "rack").build().value();
    scheduler by{cluster_builder{}
                     .domains(tree)
                     .add_nodes(2, machines::dgx_h100(), "r")
                     .add_nodes(2, machines::dgx_h100(), "s")
                     .build()
                     .value(),
                 policy::best_fit{}};
    const auto placed = plan::place_gang(by, gang{.parts = {{{.gpus = 8}, 1}, {{.gpus = 1}, 8}}});
    ASSERT_TRUE(placed);
    EXPECT_EQ(by.cluster().domains()[placed->domain].name, "r");
}

// GPUs of one NUMA node need not have consecutive numbers.
TEST(locality, numa_nodes_may_alternate) {
    node_spec machine{64_cores, 64_GiB, {4, models::t4}};
    machine.topology = wired({{.numa = 0}, {.numa = 1}, {.numa = 0}, {.numa = 1}});
    scheduler by{cluster_builder{}.add_nodes(1, machine).build().value(), policy::first_fit{}};
    EXPECT_EQ(by.place({.gpus = 2, .numa = numa_alignment::single})->gpus.bits(), 0x5U);
    EXPECT_EQ(by.place({.gpus = 2, .numa = numa_alignment::single})->gpus.bits(), 0xaU);
}

// A closed GPU, or links that are unknown, make nothing else on the node fail.
TEST(locality, a_bad_gpu_or_missing_links_fail_no_other) {
    for (node_spec machine : {machines::dgx_1_v100(), machines::dgx_h100()}) {
        for (int told = 0; told < 2; ++told) {
            if (told == 0) machine.topology->links.assign(8, std::vector<gpu_link>(8));
            const auto try_all = [&](const auto& policy) {
                scheduler by{cluster_builder{}.add_nodes(1, machine).build().value(), policy};
                by.set_closed(node_id{0}, gpu_set::of(3), true);
                for (const int gpus : {2, 3, 2}) {
                    const auto placed = by.place({.gpus = gpus});
                    ASSERT_TRUE(placed);
                    EXPECT_EQ(placed->gpus.size(), gpus);
                    EXPECT_FALSE(placed->gpus.contains(3));
                }
            };
            try_all(dialect::gpuallocator_best_effort{});
            try_all(dialect::hami_topology{});
            try_all(then(policy::link_preserve{}, policy::best_fit{}));
        }
    }
}
