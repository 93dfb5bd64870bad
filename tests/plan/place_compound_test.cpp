// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/place_compound.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

scheduler<policy::best_fit> a100s(int gpus, std::size_t nodes = 1) {
    return scheduler{cluster_builder{}
                         .add_nodes(nodes, {.cpu = 16_cores, .memory = 64_GiB, .gpus = {gpus, models::a100_80gb}})
                         .build()
                         .value(),
                     policy::best_fit{}};
}

request_part instances(const cluster& cluster, const char* profile, int count, bool may_meet = false) {
    return {{.cpu = 1_cores, .gpus = count, .share = mig_profile(cluster.models(), profile).value()},
            part_phase::main,
            may_meet};
}

} // namespace

// nvidia.com/mig-1g.10gb: 2 on the only GPU of a node; and 4g + 2g + 1g of one claim on one GPU.
TEST(place_compound, puts_several_shares_on_one_gpu_where_the_request_says_so) {
    auto by = a100s(1);
    EXPECT_FALSE(plan::place_compound(by, {.parts = {instances(by.cluster(), "1g.10gb", 2)}}));
    const auto pair = plan::place_compound(by, {.parts = {instances(by.cluster(), "1g.10gb", 2, true)}});
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->size(), 3U); // the host, and two instances
    for (const placement& each : *pair) by.release(each);

    auto two = a100s(2);
    (void)two.place({.gpus = 1, .share = mig_profile(two.cluster().models(), "3g.40gb").value()});
    const compound_request claim{.parts = {instances(two.cluster(), "1g.10gb", 1),
                                           instances(two.cluster(), "2g.20gb", 1),
                                           instances(two.cluster(), "4g.40gb", 1)},
                                 .relations = {{0, 1, gpu_relation::same}, {1, 2, gpu_relation::same}}};
    const auto placed = plan::plan_compound(two.cluster(), two.policy(), claim);
    ASSERT_TRUE(placed);
    for (std::size_t m = 1; m < placed->members.size(); ++m) EXPECT_EQ(placed->members[m].target.gpus, gpu_set::of(1));
    compound_request apart = claim;
    for (part_relation& each : apart.relations) each.kind = gpu_relation::different;
    const auto spread = plan::plan_compound(two.cluster(), two.policy(), apart);
    ASSERT_TRUE(spread); // 1g and 4g on one GPU, 2g on the other
    for (const auto& a : spread->members)
        for (const auto& b : spread->members)
            EXPECT_TRUE(a.part != 1 || b.part == 1 || (a.target.gpus & b.target.gpus).empty());
}

TEST(place_compound, takes_all_or_nothing_and_the_peak_of_host_amounts) {
    auto by = a100s(2);
    const compound_request pod{.parts = {{{.cpu = 12_cores, .gpus = 2}, part_phase::init},
                                         {{.cpu = 8_cores, .gpus = 1}},
                                         {{.cpu = 4_cores, .gpus = 1}}}};
    const auto placed = plan::place_compound(by, pod);
    ASSERT_TRUE(placed);
    EXPECT_EQ(by.cluster()[node_id{0}].cpu_free(), 4_cores);
    EXPECT_EQ(by.cluster()[node_id{0}].idle_gpus(), 0);
    const auto refused = plan::place_compound(by, {.parts = {{{.cpu = 1_cores}}, {{.gpus = 1}}}});
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().proven);
    EXPECT_EQ(by.cluster().live_placements(), placed->size());
    for (const placement& each : *placed) by.release(each);
    EXPECT_EQ(by.cluster()[node_id{0}].cpu_free(), 16_cores);
    EXPECT_EQ(plan::place_compound(by, {}).error().input.message(), "parts: \"0\": expected one part at least");
}

TEST(place_compound, keeps_away_from_its_group_and_to_its_domain) {
    cluster_builder builder;
    builder.domains(domain_tree_builder{{"rack"}}.add("a", "rack").add("b", "rack").build().value());
    const node_spec spec{.cpu = 16_cores, .gpus = {2, models::t4}};
    builder.add_nodes(2, spec, "a").add_nodes(2, spec, "b");
    scheduler by{std::move(builder).build().value(), policy::best_fit{}};
    const compound_request pod{.parts = {{{.cpu = 1_cores, .gpus = 1, .share = slice{.memory = 1_GiB}}}}};
    plan::placement_scope scope{.domain = by.cluster().domains().find("b").value(), .apart_by_gpu = true};
    for (int i = 0; i < 4; ++i) {
        const auto placed = plan::place_compound(by, pod, scope);
        ASSERT_TRUE(placed) << i;
        for (const selection& other : scope.group)
            EXPECT_TRUE(!(other.node == placed->back().node) || (other.gpus & placed->back().gpus).empty());
        EXPECT_GE(placed->back().node.number(), 2U);
        scope.group.push_back(placed->back());
    }
    EXPECT_FALSE(plan::place_compound(by, pod, scope)); // each GPU of the rack has one
    scope = {.group = scope.group, .apart_by_node = true};
    const auto elsewhere = plan::place_compound(by, pod, scope);
    ASSERT_TRUE(elsewhere);
    EXPECT_LT(elsewhere->back().node.number(), 2U);
}
