// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dra = gpupack::dialect::dra;

namespace {

bool matches_label(const std::string& key, const std::string& comparison, std::vector<std::string> values) {
    const dra::kubernetes_node node{"n1", {{"zone", "z1"}, {"rank", "7"}}};
    return *matches(dra::node_selector{{{.labels = {{key, comparison, std::move(values)}}}}}, node);
}

} // namespace

TEST(dra_node_selector, knows_the_operators) {
    EXPECT_TRUE(matches_label("zone", "In", {"z0", "z1"}));
    EXPECT_FALSE(matches_label("zone", "NotIn", {"z1"}));
    EXPECT_TRUE(matches_label("rack", "NotIn", {"z1"}));
    EXPECT_TRUE(matches_label("zone", "Exists", {}));
    EXPECT_TRUE(matches_label("rack", "DoesNotExist", {}));
    EXPECT_TRUE(matches_label("rank", "Gt", {"6"}));
    EXPECT_FALSE(matches_label("rank", "Lt", {"7"}));
    EXPECT_FALSE(matches_label("zone", "Gt", {"6"})); // no number
}

TEST(dra_node_selector, needs_one_term_whose_requirements_all_hold) {
    const dra::kubernetes_node node{"n1", {{"zone", "z1"}}};
    const dra::node_requirement right{"zone", "In", {"z1"}};
    const dra::node_requirement wrong{"zone", "In", {"z2"}};
    EXPECT_FALSE(*matches({{{.labels = {right, wrong}}}}, node));
    EXPECT_TRUE(*matches({{{.labels = {wrong}}, {.labels = {right}}}}, node));
    EXPECT_FALSE(*matches({{{}}}, node)); // a term without requirements matches nothing
    EXPECT_FALSE(*matches({}, node));
    EXPECT_TRUE(*matches({{{.fields = {{"metadata.name", "In", {"n1"}}}}}}, node));
}

TEST(dra_node_selector, fails_on_a_requirement_without_a_meaning) {
    const dra::kubernetes_node node{"n1", {}};
    EXPECT_FALSE(matches({{{.labels = {{"zone", "Near", {"z1"}}}}}}, node));
    EXPECT_FALSE(matches({{{.labels = {{"zone", "In", {}}}}}}, node));
    EXPECT_FALSE(matches({{{.fields = {{"metadata.name", "Exists", {}}}}}}, node));
}

TEST(dra_node_selector, compares_requirements_without_the_order_of_values) {
    const dra::node_requirement one{"zone", "In", {"a", "b"}};
    EXPECT_TRUE(one.same({"zone", "In", {"b", "a"}}));
    EXPECT_FALSE(one.same({"zone", "In", {"a"}}));
    EXPECT_FALSE(one.same({"zone", "NotIn", {"a", "b"}}));
}
