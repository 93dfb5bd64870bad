// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_domains.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace gpupack;

namespace {

std::string refused(const std::string& rows) {
    const auto read = io::parse_domains("d.csv", std::string{"name,level,parent\n"}.append(rows));
    return read ? std::string{"accepted"} : read.error().message();
}

} // namespace

TEST(read_domains, finds_the_order_of_the_levels_itself) {
    const auto read = io::parse_domains("d.csv", "name,level,parent\n"
                                                 "n1,node,r1\n"
                                                 "r1,rack,z1\n"
                                                 "r2,rack,\n"
                                                 "z1,zone,\n"
                                                 "n2,node,r2\n"
                                                 "n3,node,\n");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->tree.levels(), (std::vector<std::string>{"cluster", "zone", "rack"}));
    EXPECT_EQ(read->domain("n1"), "r1");
    EXPECT_EQ(read->domain("n3"), "");
    const auto on = cluster_builder{}
                        .domains(read->tree)
                        .add_node("n1", machines::l40s_x4(), {}, read->domain("n1"))
                        .add_node("n3", machines::l40s_x4(), {}, read->domain("n3"))
                        .build();
    ASSERT_TRUE(on);
    EXPECT_EQ(on->domains()[on->domain_of(node_id{0})].name, "r1");
    EXPECT_EQ(on->domain_of(node_id{1}), domain_id{});
}

TEST(read_domains, refuses_what_is_no_tree_with_its_line) {
    EXPECT_EQ(refused("a,rack,\nn,node,a\nn,node,a\n"),
              "d.csv:4: node: \"n\": expected each node once: its GPUs stand in one domain");
    EXPECT_EQ(refused("a,rack,\na,rack,\n"), "d.csv:3: domain: \"a\": expected each domain once");
    EXPECT_EQ(refused("a,rack,b\nb,block,a\n"),
              "d.csv:2: domain a: \"b\": expected a tree: no domain is its own ancestor");
    EXPECT_EQ(refused("a,rack,z\n"), "d.csv:2: parent: \"z\": expected a domain of this file");
    EXPECT_EQ(refused("a,rack,\nn,node,a\nb,rack,n\n"), "d.csv:4: parent: \"n\": expected a domain of this file");
    EXPECT_EQ(refused("a,rack,\nb,rack,a\n"), "d.csv:3: domain b: \"a\": expected a parent of a wider level");
    EXPECT_EQ(refused("cluster,rack,\n"), "d.csv: domain: \"cluster\": expected a name that no other domain has");
    EXPECT_EQ(refused(",rack,\n"), "d.csv:2: name: \"\": expected a name");
    EXPECT_EQ(refused("a,,\n"), "d.csv:2: level: \"\": expected a level, or node");
    EXPECT_EQ(refused("a,rack\n"), "d.csv:2: row: \"a,rack\": expected 3 fields");
    EXPECT_FALSE(io::read_domains("/no/such/file"));
}

TEST(read_domains, reads_what_was_written_and_survives_what_was_spoilt) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        std::string text = "name,level,parent\n";
        const int domains = static_cast<int>(1 + random.below(12));
        for (int d = 0; d < domains; ++d) {
            const auto level = d % 3;
            text.append(std::to_string(d)).append(level == 0 ? ",zone," : level == 1 ? ",block," : ",rack,");
            if (level > 0) text.append(std::to_string(d - 1));
            text.append("\n");
        }
        for (int n = 0; n < 10; ++n)
            text.append("n")
                .append(std::to_string(n))
                .append(",node,")
                .append(std::to_string(random.below(static_cast<std::uint64_t>(domains))))
                .append("\n");
        const auto read = io::parse_domains("d.csv", text);
        RC_ASSERT(read.has_value());
        RC_ASSERT(read->tree.size() == static_cast<std::size_t>(domains) + 1);
        RC_ASSERT(read->domain_of.size() == 10U);
        for (int n = 0; n < 5; ++n) text[random.below(text.size())] = "az,\n019"[random.below(7)];
        if (const auto spoilt = io::parse_domains("d.csv", text); !spoilt) RC_ASSERT(!spoilt.error().expected.empty());
    });
}
