// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/model_of.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

using namespace gpupack;

TEST(model_of, tells_no_more_classes_apart_than_it_may_and_makes_none_larger) {
    task_mix arrived;
    std::int64_t cpu = 0;
    for (int i = 0; i < 2000; ++i) {
        arrived.add({.cpu = milli_cpu{6000 + i}, .memory = mebibytes{1000 + i}, .gpus = 1}, 1 + i % 3);
        cpu += (1 + i % 3) * (6000 + i);
    }
    cluster_builder builder;
    builder.add_nodes(3, {64_cores, 64_GiB, {4, models::t4}});
    const auto model = plan::detail::model_of(std::move(builder).build().value(), arrived);
    EXPECT_LE(model.classes.size(), plan::detail::most_classes);
    std::int64_t tasks = 0;
    std::int64_t rounded_cpu = 0;
    for (const auto& each : model.classes) {
        tasks += each.count;
        rounded_cpu += each.count * each.cpu;
    }
    EXPECT_EQ(tasks, arrived.total());
    EXPECT_LE(rounded_cpu, cpu);
    EXPECT_GE(100 * rounded_cpu, 90 * cpu);
}

TEST(model_of, tells_no_more_node_types_apart_than_it_may_and_makes_none_smaller) {
    cluster_builder builder;
    for (int i = 0; i < 1000; ++i)
        builder.add_nodes(1, {milli_cpu{12'000 + i}, mebibytes{64'000 + 7 * i}, {2, models::t4}});
    task_mix arrived;
    arrived.add({.cpu = 8_cores, .memory = 8_GiB, .gpus = 1}, 10);
    const cluster cluster = std::move(builder).build().value();
    const auto model = plan::detail::model_of(cluster, arrived);
    EXPECT_LE(model.types.size(), plan::detail::most_types);
    std::int64_t nodes = 0;
    std::int64_t cpu = 0;
    for (const auto& each : model.types) {
        nodes += each.nodes;
        cpu += each.nodes * each.cpu;
        EXPECT_EQ(each.fitting.size(), 1U);
    }
    EXPECT_EQ(nodes, 1000);
    std::int64_t all_cpu = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) all_cpu += cluster[node_id{n}].cpu().count();
    EXPECT_GE(cpu, all_cpu);
    EXPECT_LE(100 * cpu, 110 * all_cpu);
}

TEST(model_of, has_a_step_that_divides_all_compute) {
    task_mix arrived;
    arrived.add({.gpus = 1, .share = slice{.memory = {}, .compute = 300_milli}});
    arrived.add({.gpus = 2, .share = slice{.memory = {}, .compute = 450_milli}});
    arrived.add({.cpu = 1_cores}); // without GPUs: does not count
    cluster_builder builder;
    builder.add_nodes(1, {64_cores, 64_GiB, {4, models::t4}});
    const auto model = plan::detail::model_of(std::move(builder).build().value(), arrived);
    EXPECT_EQ(model.step, 50);
    ASSERT_EQ(model.classes.size(), 2U);
    EXPECT_EQ(std::max(model.classes[0].value, model.classes[1].value), 900 * model.scale);
}
