// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/machines.hpp>

#include <gpupack/state/cluster_builder.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

using namespace gpupack;

TEST(machines, can_be_built_by_name) {
    for (const std::string_view name : machines::names) {
        const auto spec = machines::named(name);
        ASSERT_TRUE(spec.has_value() && spec->topology.has_value()) << name;
        EXPECT_FALSE(spec->topology->nics.empty()) << name;
        const auto built = cluster_builder{}.add_nodes(1, *spec).build();
        ASSERT_TRUE(built.has_value()) << name;
        const link_view* const links = built->types()[0].links;
        ASSERT_NE(links, nullptr);
        EXPECT_EQ(links->gpus(), static_cast<int>(built->gpu_count()));
    }
    EXPECT_EQ(std::set(machines::names.begin(), machines::names.end()).size(), machines::names.size());
    EXPECT_EQ(*machines::named("dgx-2"), machines::dgx_2());
    EXPECT_EQ(*machines::named("t4-x8"), machines::t4_x8());
    const auto none = machines::named("dgx-3");
    ASSERT_FALSE(none);
    EXPECT_TRUE(none.error().message().starts_with("machine: \"dgx-3\": expected one of dgx-1-p100, dgx-1-v100"));
}

TEST(machines, with_switches_reach_every_gpu_alike_and_the_others_do_not) {
    const auto spread = [](const node_spec& of) {
        int least = 100;
        int most = 0;
        for (std::size_t a = 0; a < of.topology->links.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                least = std::min<int>(least, of.topology->links[a][b].nvlinks);
                most = std::max<int>(most, of.topology->links[a][b].nvlinks);
            }
        return std::pair{least, most};
    };
    EXPECT_EQ(spread(machines::dgx_h100()), (std::pair{18, 18}));
    EXPECT_EQ(spread(machines::dgx_a100()), (std::pair{12, 12}));
    EXPECT_EQ(spread(machines::dgx_2()), (std::pair{6, 6}));
    EXPECT_EQ(spread(machines::dgx_1_v100()), (std::pair{0, 2}));
    EXPECT_EQ(spread(machines::l40s_x4()), (std::pair{0, 0}));
}

TEST(machines, use_the_nvlinks_that_their_gpus_have) {
    const auto links_of = [](const node_spec& of, std::size_t gpu) {
        int sum = 0;
        for (const gpu_link& link : of.topology->links[gpu]) sum += link.nvlinks;
        return sum;
    };
    for (std::size_t gpu = 0; gpu < 8; ++gpu) {
        EXPECT_EQ(links_of(machines::dgx_1_p100(), gpu), 4); // a P100 has four
        EXPECT_EQ(links_of(machines::dgx_1_v100(), gpu), 6); // a V100 has six
    }
}

// Two rings of four, numbered otherwise than in a DGX-1.
TEST(machines, of_azure_number_their_v100_as_azure_does) {
    const node_topology topology = *machines::azure_nd40rs_v2().topology;
    const auto row = [&](std::size_t gpu) {
        std::string text;
        for (std::size_t other = 0; other < 8; ++other)
            text += other == gpu ? "X" : std::to_string(topology.links[gpu][other].nvlinks);
        return text;
    };
    EXPECT_EQ(row(0), "X1210002");
    EXPECT_EQ(row(3), "122X1000");
    EXPECT_EQ(row(6), "0200"
                      "21X1");
}
