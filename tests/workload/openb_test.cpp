// SPDX-License-Identifier: Apache-2.0
#include "support/data_files.hpp"

#include <gpupack/io/read_trace.hpp>
#include <gpupack/workload/openb.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

using namespace gpupack;

namespace {

/// Node shapes with their counts, as text; the order of models in the table does not matter.
std::map<std::string, int> node_shapes(const workload::trace& of) {
    std::map<std::string, int> counts;
    for (const workload::trace_node& node : of.nodes) {
        std::string shape = std::to_string(node.spec.cpu.count()) + "/" + std::to_string(node.spec.memory.count());
        for (const gpu_group& group : node.spec.gpus.groups())
            shape.append("/").append(std::to_string(group.count)).append(group.model.model.view());
        ++counts[shape];
    }
    return counts;
}

} // namespace

TEST(openb, has_the_published_size) {
    const workload::trace of = workload::openb();
    EXPECT_EQ(of.nodes.size(), 1213U);
    EXPECT_EQ(of.tasks.size(), 8152U);
    EXPECT_EQ(of.build().value().gpu_count(), 6212U);
    EXPECT_EQ(of.nodes.front().name, "openb-node-0000");
    EXPECT_EQ(of.tasks.back().name, "openb-task-8151");
    for (const workload::trace_task& task : of.tasks) EXPECT_TRUE(is_valid(task.request));
}

TEST(openb, is_the_aggregate_of_the_recorded_files) {
    SKIP_WITHOUT_DATA();
    const auto recorded = io::read_trace(data_file("openb/nodes.csv"), data_file("openb/pods_default.csv"));
    ASSERT_TRUE(recorded);
    const workload::trace built = workload::openb();
    EXPECT_EQ(node_shapes(built), node_shapes(*recorded));
    const task_mix expected = recorded->mix();
    const task_mix ours = built.mix();
    for (const task_mix::entry& each : ours.entries())
        EXPECT_NE(std::find(expected.entries().begin(), expected.entries().end(), each), expected.entries().end());
    EXPECT_EQ(ours.entries().size(), expected.entries().size());
}
