// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/smaller_cluster.hpp>

#include <gpupack/workload/openb.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

using namespace gpupack;

TEST(smaller_cluster, keeps_as_many_nodes_as_asked_evenly_and_in_order) {
    const auto whole = workload::openb();
    for (const std::size_t count : {std::size_t{1}, std::size_t{121}, std::size_t{1000}, whole.nodes.size()}) {
        auto part = workload::openb();
        ASSERT_TRUE(workload::keep_nodes(part, count));
        ASSERT_EQ(part.nodes.size(), count);
        std::set<std::string> names;
        std::size_t next = 0;
        for (const workload::node& each : part.nodes) {
            names.insert(each.name);
            while (whole.nodes[next].name != each.name) ASSERT_LT(++next, whole.nodes.size());
        }
        EXPECT_EQ(names.size(), count);
        const double expected = 6212.0 * static_cast<double>(count) / static_cast<double>(whole.nodes.size());
        EXPECT_NEAR(static_cast<double>(workload::count_gpus(part.nodes)), expected, 8 + expected / 20) << count;
    }
}

TEST(smaller_cluster, has_the_capacity_of_its_gpus) {
    auto part = workload::make_synthetic("slices-mib").value();
    const std::int64_t capacity = part.capacity;
    const std::int64_t gpus = workload::count_gpus(part.nodes);
    ASSERT_TRUE(workload::keep_nodes(part, part.nodes.size() / 2));
    EXPECT_EQ(part.capacity, capacity * workload::count_gpus(part.nodes) / gpus);
    EXPECT_LT(part.capacity, capacity);
}

TEST(smaller_cluster, is_refused_with_no_nodes_or_more_than_there_are) {
    auto part = workload::openb();
    EXPECT_EQ(workload::keep_nodes(part, 0).error().message(), "nodes: \"0\": expected 1 to 1213");
    EXPECT_FALSE(workload::keep_nodes(part, part.nodes.size() + 1));
    EXPECT_EQ(part.nodes.size(), 1213U);
}
