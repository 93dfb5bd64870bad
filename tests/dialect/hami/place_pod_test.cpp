// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/place_pod.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace gpupack;
using dialect::hami_demand;
using dialect::hami_pod;

namespace {

/// So much of one GPU.
hami_demand share_of_gpu(std::int64_t mib, std::int64_t cores = 10, std::int64_t gpus = 1) {
    return {gpus, mib, 101, cores};
}

cluster nodes_of_two(int nodes) {
    cluster_builder builder;
    for (int n = 0; n < nodes; ++n) {
        const std::string name = "n" + std::to_string(n);
        builder.add_node(name, {8_cores, 8_GiB, {2, gpu_model{"X", 10000_MiB}}}, {name + "-0", name + "-1"});
    }
    return std::move(builder).build().value();
}

std::vector<int> granted_gpus(const std::vector<std::vector<dialect::hami_grant>>& containers) {
    std::vector<int> gpus;
    for (const auto& each : containers)
        for (const auto& grant : each) gpus.push_back(grant.gpu);
    return gpus;
}

hami_pod packed_pod(std::vector<hami_demand> containers) {
    hami_pod pod{.containers = std::move(containers)};
    pod.devices = dialect::hami_device_policy_of("binpack");
    return pod;
}

} // namespace

TEST(hami_place_pod, puts_containers_beside_each_other_or_apart) {
    const cluster cluster = nodes_of_two(1);
    hami_pod pod = packed_pod({share_of_gpu(3000), share_of_gpu(4000)});
    EXPECT_EQ(granted_gpus(dialect::hami_place_pod(cluster, pod)->containers), (std::vector{1, 1}));
    pod.devices = dialect::hami_device_policy_of("spread");
    EXPECT_EQ(granted_gpus(dialect::hami_place_pod(cluster, pod)->containers), (std::vector{1, 0}));
    pod.containers.push_back(share_of_gpu(8000));
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod)); // 7000 and 6000 MiB are left
}

TEST(hami_place_pod, counts_the_larger_of_init_containers_and_the_sum_of_the_rest) {
    cluster cluster = nodes_of_two(1);
    hami_pod pod = packed_pod({share_of_gpu(2000, 10), share_of_gpu(3000, 20)});
    pod.init = {share_of_gpu(4000, 50), share_of_gpu(9000, 10), share_of_gpu(1000, 0, 2)};
    const auto option = dialect::hami_place_pod(cluster, pod);
    ASSERT_TRUE(option);
    EXPECT_EQ(granted_gpus(option->init), (std::vector{1, 1, 1, 0}));
    const auto placed = dialect::hami_take(cluster, *option, pod);
    ASSERT_EQ(placed.size(), 3U);
    const node_view node = cluster[node_id{0}];
    EXPECT_EQ(node.gpu(1).memory_free, 1000);
    EXPECT_EQ(node.gpu(1).compute_free, 500);
    EXPECT_EQ(node.gpu(1).sharers(), 2);
    EXPECT_EQ(node.gpu(0).memory_free, 9000);
    EXPECT_EQ(dialect::hami_usage_of(*option), (dialect::hami_usage{10000, 50}));
    auto rest = *option;
    rest.bookings = dialect::hami_bookings_after_init(node, pod, *option);
    EXPECT_EQ(dialect::hami_usage_of(rest), (dialect::hami_usage{5000, 30}));
    for (const placement& each : placed) cluster.give_back(each);
    EXPECT_EQ(dialect::hami_take(cluster, rest, pod).size(), 2U);
    EXPECT_EQ(cluster[node_id{0}].idle_gpus(), 1);
}

TEST(hami_place_pod, miscounts_containers_as_hami_does_if_told_so) {
    const cluster cluster = nodes_of_two(1);
    hami_pod pod = packed_pod({share_of_gpu(2000), share_of_gpu(3000)});
    pod.init = {hami_demand{}}; // without GPUs, so that HAMi takes the first container for an init container
    EXPECT_EQ(dialect::hami_usage_of(*dialect::hami_place_pod(cluster, pod)).memory, 5000);
    pod.quota = dialect::hami_quota{.memory = 4000};
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
    pod.miscounts_init = true;
    EXPECT_EQ(dialect::hami_usage_of(*dialect::hami_place_pod(cluster, pod)).memory, 3000);
}

TEST(hami_place_pod, keeps_to_the_quota_of_its_namespace) {
    const cluster cluster = nodes_of_two(1);
    hami_pod pod = packed_pod({share_of_gpu(2000, 10), share_of_gpu(2000, 10)});
    pod.quota = dialect::hami_quota{.memory = 5000, .memory_used = 1000};
    EXPECT_TRUE(dialect::hami_place_pod(cluster, pod));
    pod.quota->memory_used = 1001;
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
    pod.quota = dialect::hami_quota{.cores = 19};
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
}

TEST(hami_place_pod, chooses_gpus_by_ids_on_any_number_of_nodes) {
    const cluster cluster = nodes_of_two(12);
    hami_pod pod = packed_pod({share_of_gpu(1000)});
    for (int n = 1; n < 12; ++n) pod.use_ids.push_back("n" + std::to_string(n) + "-0");
    const auto options = dialect::hami_pod_options(cluster, pod);
    ASSERT_EQ(options.size(), 11U);
    for (const auto& each : options) EXPECT_EQ(granted_gpus(each.containers), std::vector{0});
    pod.no_use_ids = {"n1-0", "n7-0", "unknown"};
    EXPECT_EQ(dialect::hami_pod_options(cluster, pod).size(), 9U);
    EXPECT_EQ(dialect::hami_place_pod(cluster, pod)->node, node_id{2});
    pod.use_ids = {"unknown"};
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
}

TEST(hami_place_pod, cuts_several_instances_from_one_gpu_and_tells_modes_apart) {
    cluster_builder builder;
    builder.add_nodes(1, {8_cores, 8_GiB, {1, models::a100_40gb, gpu_setup{.only = sharing::mig, .max_sharers = 7}}});
    builder.add_nodes(1, {8_cores, 8_GiB, {1, models::a100_40gb}});
    cluster cluster = std::move(builder).build().value();
    hami_pod pod = packed_pod({share_of_gpu(4000, 0, 3)});
    const auto option = dialect::hami_place_pod(cluster, pod);
    ASSERT_TRUE(option); // a GPU that is not cut has one share for a container
    EXPECT_EQ(option->node, node_id{0});
    EXPECT_EQ(granted_gpus(option->containers), (std::vector{0, 0, 0}));
    EXPECT_EQ(dialect::hami_take(cluster, *option, pod).size(), 3U);
    EXPECT_EQ(cluster[node_id{0}].gpu(0).sharers(), 3);
    pod.containers = {share_of_gpu(4000, 0)};
    EXPECT_EQ(dialect::hami_pod_options(cluster, pod).size(), 2U);
    pod.mode = "hami-core";
    EXPECT_EQ(dialect::hami_place_pod(cluster, pod)->node, node_id{1});
    pod.mode = "mig";
    EXPECT_EQ(dialect::hami_place_pod(cluster, pod)->node, node_id{0});
    pod.mode = "mps";
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
}

TEST(hami_take, takes_all_or_nothing_with_the_host_of_the_pod) {
    cluster cluster = nodes_of_two(1);
    hami_pod pod = packed_pod({share_of_gpu(6000), share_of_gpu(6000)});
    pod.cpu = 2_cores;
    pod.memory = 1_GiB;
    const auto option = dialect::hami_place_pod(cluster, pod);
    ASSERT_TRUE(option);
    const auto placed = dialect::hami_take(cluster, *option, pod);
    EXPECT_EQ(placed.size(), 2U);
    EXPECT_EQ(cluster[node_id{0}].cpu_free(), 6_cores);
    EXPECT_EQ(cluster[node_id{0}].memory_free(), 7_GiB);
    EXPECT_TRUE(dialect::hami_take(cluster, *option, pod).empty());
    EXPECT_EQ(cluster.live_placements(), 2U);
    pod.cpu = 7_cores;
    EXPECT_FALSE(dialect::hami_place_pod(cluster, pod));
}
