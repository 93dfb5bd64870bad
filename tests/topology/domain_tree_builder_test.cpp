// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/domain_tree_builder.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

namespace {

std::string refused(const domain_tree_builder& builder) {
    const auto told = builder.build();
    return told ? std::string{"accepted"}
                : told.error().field + ": " + told.error().value + ": " + told.error().expected;
}

} // namespace

TEST(domain_tree_builder, takes_domains_in_any_order) {
    const domain_tree tree = domain_tree_builder{{"zone", "rack", "nvlink"}}
                                 .add("n1", "nvlink", "r1")
                                 .add("r1", "rack", "z")
                                 .add("n2", "nvlink") // levels may be left out
                                 .add("z", "zone")
                                 .build()
                                 .value();
    EXPECT_EQ(tree.size(), 5U);
    EXPECT_EQ(tree.levels(), (std::vector<std::string>{"cluster", "zone", "rack", "nvlink"}));
    EXPECT_EQ(tree[*tree.find("n1")].parent, tree.find("r1"));
    EXPECT_EQ(tree[*tree.find("n2")].parent, domain_id{});
    EXPECT_EQ(tree[*tree.find("r1")].level, 2);
    EXPECT_EQ(tree.common(*tree.find("n1"), *tree.find("n2")), domain_id{});
    EXPECT_EQ(tree.common(*tree.find("n1"), *tree.find("z")), tree.find("z"));
    EXPECT_EQ(tree.children(*tree.find("z")), (std::vector{*tree.find("r1")}));
    EXPECT_FALSE(tree.find("r9"));
    EXPECT_FALSE(tree.level("row"));
    EXPECT_EQ(domain_tree{}.size(), 1U);
}

TEST(domain_tree_builder, refuses_what_is_no_tree) {
    const domain_tree_builder racks{{"zone", "rack"}};
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "rack", "b").add("b", "rack", "a")),
              "domain a: b: a tree: no domain is its own ancestor");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "rack", "a")),
              "domain a: a: a tree: no domain is its own ancestor");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("c", "rack", "a").add("a", "zone", "b").add("b", "zone", "a")),
              "domain c: a: a tree: no domain is its own ancestor");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "rack").add("b", "rack", "a")),
              "domain b: a: a parent of a wider level");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "rack").add("a", "zone")),
              "domain: a: a name that no other domain has");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("cluster", "zone")),
              "domain: cluster: a name that no other domain has");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "row")), "domain a: row: a level of this tree");
    EXPECT_EQ(refused(domain_tree_builder{racks}.add("a", "rack", "z")), "domain a: z: a parent that there is");
    EXPECT_EQ(refused(domain_tree_builder{{"zone", "zone"}}),
              "level: zone: a name that no other level has, cluster and node among them");
    EXPECT_EQ(refused(domain_tree_builder{{"node"}}),
              "level: node: a name that no other level has, cluster and node among them");
}
