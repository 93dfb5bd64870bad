// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/write_trace.hpp>

#include <gpupack/io/read_trace.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// The workload, written and read back.
workload::workload read_back(const workload::workload& source) {
    workload::workload read;
    read.nodes = io::read_nodes("nodes", io::write_nodes(source).value()).value();
    for (const workload::node& node : read.nodes)
        for (const gpu_group& group : node.spec.gpus.groups()) (void)read.models.add(group.model).value();
    read.tasks = io::read_tasks("tasks", io::write_tasks(source).value(), read.models, read.labels).value();
    return read;
}

} // namespace

TEST(write_trace, is_read_back_to_the_same_nodes_and_requests) {
    for (const char* name : {"slices-mib", "vgpu-t4", "mixed", "mig-small", "mig-large-h100"}) {
        const workload::workload source = workload::make_synthetic(name).value();
        const workload::workload read = read_back(source);
        ASSERT_EQ(read.nodes.size(), source.nodes.size()) << name;
        for (std::size_t i = 0; i < read.nodes.size(); ++i) EXPECT_EQ(read.nodes[i].spec, source.nodes[i].spec) << name;
        std::size_t nth = 0;
        for (const workload::task& task : source.tasks)
            for (int copy = 0; copy < task.weight; ++copy, ++nth)
                EXPECT_EQ(read.tasks.at(nth).request, task.request) << name;
        EXPECT_EQ(nth, read.tasks.size()) << name;
    }
}

TEST(write_trace, holds_openb_with_its_names) {
    const workload::workload source = workload::openb();
    const workload::workload read = read_back(source);
    ASSERT_EQ(read.tasks.size(), source.tasks.size());
    for (std::size_t i = 0; i < read.tasks.size(); ++i) {
        EXPECT_EQ(read.tasks[i].name, source.tasks[i].name);
        EXPECT_EQ(read.tasks[i].request, source.tasks[i].request);
    }
    EXPECT_EQ(read.nodes.front().name, source.nodes.front().name);
}

TEST(write_trace, holds_setups_and_says_what_it_cannot_hold) {
    workload::workload source;
    gpu_setup setup;
    setup.reserve = mebibytes{512};
    setup.max_sharers = 4;
    setup.memory_percent = 150;
    source.nodes.push_back({"n", {8_cores, 8_GiB, {{2, models::a10, setup}, {1, models::t4, setup}}, {"spot", "a b"}}});
    const auto read = io::read_nodes("nodes", io::write_nodes(source).value()).value();
    EXPECT_EQ(read[0].spec, source.nodes[0].spec);
    source.nodes.push_back({"m", {8_cores, 8_GiB, {{2, models::a10, setup}, {1, models::t4}}}});
    EXPECT_EQ(io::write_nodes(source).error().message(),
              "nodes: \"m\": expected GPUs of one node that are set up alike");
    source.tasks.push_back({"t", {.gpus = 2, .share = split_slice{.memory = mebibytes{100}}}});
    EXPECT_FALSE(io::write_tasks(source).has_value());
}

TEST(write_trace, holds_what_tasks_want_and_how_gpus_are_linked) {
    workload::workload source;
    source.nodes.push_back({"n", {8_cores, 8_GiB, {2, models::a10}, {"zone=a"}, node_topology{}}});
    node_topology& topology = *source.nodes[0].spec.topology;
    topology.numa = {0, 1};
    topology.links = {{{}, {pcie_path::same_cpu, 4}}, {{pcie_path::same_cpu, 4}, {}}};
    workload::task task{"t", {.cpu = 1_cores, .gpus = 1}};
    task.request.labels.all_of.insert(source.labels.add("zone=a").value());
    task.request.labels.none_of.insert(source.labels.add("spot").value());
    task.priority = -3;
    task.limit = 90;
    task.tenant = "team, a";
    source.tasks.push_back(task);
    const workload::workload read = read_back(source);
    EXPECT_EQ(read.nodes[0].spec, source.nodes[0].spec);
    EXPECT_EQ(read.tasks[0].request, task.request);
    EXPECT_EQ(read.tasks[0].priority, -3);
    EXPECT_EQ(read.tasks[0].limit, 90);
    EXPECT_EQ(read.tasks[0].tenant, "team, a");
    EXPECT_EQ(read.labels.names(), source.labels.names());
}
