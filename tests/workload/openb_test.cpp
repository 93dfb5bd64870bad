// SPDX-License-Identifier: Apache-2.0
#include "support/openb_data.hpp"

#include <gpupack/workload/openb.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

using namespace gpupack;

namespace {

/// Node shapes with their counts, as text; the order of models in the table does not matter.
std::map<std::string, int> node_shapes(const workload::workload& workload) {
    std::map<std::string, int> counts;
    for (const workload::node& node : workload.nodes) {
        std::string shape = std::to_string(node.spec.cpu.count()) + "/" + std::to_string(node.spec.memory.count());
        for (const gpu_group& group : node.spec.gpus.groups())
            shape.append("/").append(std::to_string(group.count)).append(group.model.model.view());
        ++counts[shape];
    }
    return counts;
}

/// Request classes with their counts, as text.
std::map<std::string, int> task_shapes(const workload::workload& workload) {
    std::map<std::string, int> counts;
    for (const workload::task& task : workload.tasks) {
        const request& request = task.request;
        std::string shape = std::to_string(request.cpu.count()) + "/" + std::to_string(request.memory.count()) + "/" +
                            std::to_string(request.gpus) + "/" + std::to_string(request.total_compute().count()) + "/" +
                            task.model_list;
        ++counts[shape];
    }
    return counts;
}

} // namespace

TEST(openb, has_the_published_size) {
    const workload::workload of = workload::openb();
    EXPECT_EQ(of.nodes.size(), 1213U);
    EXPECT_EQ(of.tasks.size(), 8152U);
    EXPECT_EQ(of.build().value().gpu_count(), 6212U);
    EXPECT_EQ(of.nodes.front().name, "openb-node-0000");
    EXPECT_EQ(of.tasks.back().name, "openb-task-8151");
    for (const workload::task& task : of.tasks) EXPECT_TRUE(is_valid(task.request));
}

TEST(openb, and_the_request_classes_of_tests_data_are_the_aggregates_of_the_recorded_files) {
    SKIP_WITHOUT_DATA();
    for (const std::string tasks : {"default", "cpu050", "gpushare40", "gpuspec10", "multigpu20"}) {
        const auto recorded = io::read_trace(data_file("openb/nodes.csv"), data_file("openb/pods_" + tasks + ".csv"));
        ASSERT_TRUE(recorded);
        const workload::workload built = openb_workload(tasks);
        EXPECT_EQ(node_shapes(built), node_shapes(*recorded));
        EXPECT_EQ(task_shapes(built), task_shapes(*recorded)) << tasks;
        EXPECT_EQ(built.mix().typical(95).entries().size(), recorded->mix().typical(95).entries().size()) << tasks;
    }
}
