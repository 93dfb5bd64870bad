// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/plan_replacement.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// Two blocks of two racks with two nodes each.
cluster blocks() {
    cluster_builder builder;
    builder.domains(domain_tree_builder{{"block", "rack"}}
                        .add("b0", "block")
                        .add("b1", "block")
                        .add("r0", "rack", "b0")
                        .add("r1", "rack", "b0")
                        .add("r2", "rack", "b1")
                        .add("r3", "rack", "b1")
                        .build()
                        .value());
    const node_spec spec{.cpu = 16_cores, .gpus = {4, models::t4}};
    for (const char* rack : {"r0", "r1", "r2", "r3"}) builder.add_nodes(2, spec, rack);
    return std::move(builder).build().value();
}

} // namespace

TEST(plan_replacement, stays_as_close_to_the_rest_as_there_is_room) {
    cluster on = blocks();
    const gang job{.parts = {{{.gpus = 4}, 2}}, .level = "block", .required = true};
    const std::vector<selection> members = {{node_id{0}, gpu_set::first(4), {}}, {node_id{1}, gpu_set::first(4), {}}};
    (void)on.take(node_id{0}, gpu_set::first(4), {.gpus = 4});
    const auto place = [&](const gang& gang) {
        const auto found = plan::plan_replacement(on, policy::best_fit{}, gang, members, 1);
        return found ? static_cast<int>(found->node.number()) : -1;
    };
    EXPECT_EQ(place(job), 1); // the rack of the rest
    on.set_closed(node_id{1}, true);
    EXPECT_EQ(place(job), 2); // the block
    on.set_closed(node_id{2}, true);
    on.set_closed(node_id{3}, true);
    EXPECT_EQ(place(job), -1);
    gang anywhere = job;
    anywhere.required = false;
    EXPECT_EQ(place(anywhere), 4);
    gang elsewhere = anywhere;
    elsewhere.domain = "b0";
    EXPECT_EQ(place(elsewhere), -1);
    elsewhere.domain = "b9";
    EXPECT_EQ(plan::plan_replacement(on, policy::best_fit{}, elsewhere, members, 1).error().message(),
              "gang domain: \"b9\": expected a domain of the cluster");
}

TEST(plan_replacement, keeps_to_the_node_of_the_rest_and_to_numbers_on_a_node) {
    cluster on = blocks();
    gang pair{.parts = {{{.gpus = 1}, 1}, {{.cpu = 1_cores, .gpus = 2}, 1}}};
    const std::vector<selection> members = {{node_id{5}, gpu_set::of(0), {}}, {node_id{6}, gpu_set::first(2), {}}};
    const auto beside = plan::plan_replacement(on, policy::best_fit{}, pair, members, 1);
    ASSERT_TRUE(beside);
    EXPECT_EQ(beside->node, node_id{5});
    EXPECT_EQ(beside->gpus.size(), 2);
    pair.most_per_node = 1;
    EXPECT_EQ(plan::plan_replacement(on, policy::best_fit{}, pair, members, 1)->node, node_id{4});
    pair.level = "node";
    pair.required = true;
    EXPECT_FALSE(plan::plan_replacement(on, policy::best_fit{}, pair, members, 1));
}
