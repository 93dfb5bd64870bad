// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/read_gpu_inventory.hpp>

#include "support/data_files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace io = gpupack::io;

namespace {

nlohmann::json kube_node(const std::string& name, nlohmann::json labels, nlohmann::json annotations,
                         nlohmann::json allocatable) {
    return {{"kind", "Node"},
            {"metadata", {{"name", name}, {"labels", std::move(labels)}, {"annotations", std::move(annotations)}}},
            {"status", {{"allocatable", std::move(allocatable)}}}};
}
nlohmann::json kube_pod(const std::string& name, const std::string& node_name, nlohmann::json limits,
                        nlohmann::json annotations = nlohmann::json::object(),
                        nlohmann::json labels = nlohmann::json::object()) {
    nlohmann::json made{
        {"kind", "Pod"},
        {"metadata", {{"name", name}, {"annotations", std::move(annotations)}, {"labels", std::move(labels)}}},
        {"spec", {{"containers", nlohmann::json::array({{{"resources", {{"limits", std::move(limits)}}}}})}}},
        {"status", {{"phase", node_name.empty() ? "Pending" : "Running"}}}};
    if (!node_name.empty()) made["spec"]["nodeName"] = node_name;
    return made;
}
io::gpu_inventory read_items(nlohmann::json items) {
    return *io::read_gpu_inventory({{"kind", "List"}, {"items", std::move(items)}});
}

} // namespace

TEST(read_gpu_inventory, counts_gpus_of_the_device_plugin_and_says_what_it_cannot_know) {
    const nlohmann::json labels{{"nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB"},
                                {"nvidia.com/gpu.replicas", "4"},
                                {"nvidia.com/mig.strategy", "mixed"}};
    const auto inventory = read_items(
        {kube_node("n1", labels, {}, {{"nvidia.com/gpu", "7"}, {"nvidia.com/mig-1g.5gb", "14"}, {"cpu", "8"}}),
         kube_pod("a", "n1", {{"nvidia.com/gpu", "2"}}), kube_pod("b", "n1", {{"nvidia.com/mig-1g.5gb", 1}}),
         kube_pod("c", "", {{"nvidia.com/gpu", "8"}}), kube_pod("no-gpu", "n1", {{"cpu", "2"}}),
         kube_node("cpu-only", {}, {}, {{"cpu", "8"}})});
    ASSERT_EQ(inventory.nodes.size(), 1U);
    EXPECT_EQ(inventory.nodes[0].model, "A100-40GB");
    EXPECT_EQ(inventory.nodes[0].replicas, 4);
    ASSERT_EQ(inventory.nodes[0].counts.size(), 2U);
    EXPECT_EQ(inventory.nodes[0].counts[0].used, 2);
    EXPECT_EQ(inventory.nodes[0].counts[1].used, 1);
    EXPECT_EQ(inventory.pods.size(), 3U);
    EXPECT_TRUE(inventory.pods[2].waits());
    EXPECT_EQ(inventory.remarks.back(),
              "which GPU a pod has under the device plugin is not in the API; its GPUs are counted by node");
}

TEST(read_gpu_inventory, reads_shares_of_gpushare_and_refuses_annotations_that_do_not_fit) {
    const auto inventory =
        read_items({kube_node("n1", {}, {}, {{"aliyun.com/gpu-mem", "32"}, {"aliyun.com/gpu-count", "2"}}),
                    kube_pod("a", "n1", {{"aliyun.com/gpu-mem", "8"}},
                             {{"ALIYUN_COM_GPU_MEM_IDX", "1"}, {"ALIYUN_COM_GPU_MEM_POD", "8"}}),
                    kube_pod("odd", "n1", {{"aliyun.com/gpu-mem", "8"}}, {{"ALIYUN_COM_GPU_MEM_IDX", "7"}})});
    ASSERT_EQ(inventory.nodes[0].gpus.size(), 2U);
    EXPECT_EQ(inventory.nodes[0].gpus[0].memory, 16);
    EXPECT_EQ(inventory.nodes[0].gpus[1].used_memory, 8);
    ASSERT_EQ(inventory.remarks.size(), 1U);
    EXPECT_EQ(inventory.remarks[0],
              "pod default/odd: annotations ALIYUN_COM_GPU_MEM_IDX \"7\", _POD \"\" do not fit node n1");
}

TEST(read_gpu_inventory, reads_hami_in_both_forms) {
    const std::string text =
        "GPU-a,10,32768,100,NVIDIA-Tesla V100-PCIE-32GB,0,true:GPU-b,10,32768,100,NVIDIA-Tesla V100-PCIE-32GB,0,false:";
    const std::string list =
        R"([{"id":"GPU-a","count":10,"devmem":40960,"devcore":100,"type":"NVIDIA-A100-SXM4-40GB","health":true},{"id":"GPU-b"}])";
    const auto inventory = read_items({kube_node("old", {}, {{"hami.io/node-nvidia-register", text}}, {}),
                                       kube_node("new", {}, {{"hami.io/node-nvidia-register", list}}, {}),
                                       kube_node("bad", {}, {{"hami.io/node-nvidia-register", "GPU-a,10:"}}, {}),
                                       kube_pod("p", "new", {{"nvidia.com/gpu", "1"}, {"nvidia.com/gpumem", "3000"}},
                                                {{"hami.io/vgpu-devices-allocated", ";GPU-a,NVIDIA,3000,30:;"}})});
    EXPECT_EQ(inventory.nodes[0].model, "V100-PCIE-32GB");
    EXPECT_FALSE(inventory.nodes[0].gpus[1].healthy);
    EXPECT_EQ(inventory.nodes[1].gpus[0].used_memory, 3000);
    EXPECT_EQ(inventory.nodes[1].gpus[0].used_cores, 30);
    EXPECT_FALSE(inventory.nodes[1].gpus[1].healthy); // HAMi leaves false out
    EXPECT_EQ(inventory.nodes[2].gpus.size(), 0U);
    EXPECT_EQ(inventory.remarks.size(), 1U);
}

TEST(read_gpu_inventory, finds_the_gpu_of_kai_through_the_reservation_pod) {
    nlohmann::json reservation = kube_pod("gpu-reservation-x", "n1", {{"nvidia.com/gpu", "1"}},
                                          {{"run.ai/reserve_for_gpu_index", "1"}}, {{"runai-gpu-group", "g1"}});
    reservation["metadata"]["namespace"] = "kai-resource-reservation";
    const auto inventory =
        read_items({kube_node("n1", {}, {}, {{"nvidia.com/gpu", "2"}}), reservation,
                    kube_pod("a", "n1", {}, {{"gpu-fraction", "0.5"}}, {{"runai-gpu-group", "g1"}}),
                    kube_pod("b", "n1", {}, {{"gpu-fraction", "0.5"}}, {{"runai-gpu-group", "g2"}})});
    ASSERT_EQ(inventory.pods.size(), 2U);
    EXPECT_EQ(inventory.pods[0].shares[0].gpu, 1);
    EXPECT_FALSE(inventory.pods[1].shares[0].gpu);
    EXPECT_EQ(inventory.nodes[0].system, io::gpu_sharing_system::kai);
    EXPECT_EQ(inventory.nodes[0].counts[0].used, 1); // the reservation pod holds the GPU
    EXPECT_EQ(inventory.remarks.size(), 1U);
}

TEST(read_gpu_inventory, reads_the_samples_of_each_system) {
    SKIP_WITHOUT_DATA();
    const nlohmann::json samples = nlohmann::json::parse(std::ifstream{data_file("kubernetes/kube_samples.json")});
    const auto inventory = [&](const char* system) { return *io::read_gpu_inventory(samples.at(system).at("list")); };
    const auto gpushare = inventory("gpushare");
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(gpushare.nodes[0].gpus[i].memory, samples["gpushare"]["expected"]["gpus"]["n1"][i]);
        EXPECT_EQ(gpushare.nodes[0].gpus[i].used_memory, samples["gpushare"]["expected"]["used"]["n1"][i]);
    }
    EXPECT_EQ(gpushare.pods.back().name, "default/waits");
    for (const char* system : {"hami", "volcano"}) {
        const auto one = inventory(system);
        for (const io::inventory_gpu& gpu : one.nodes[0].gpus) {
            const nlohmann::json used = samples[system]["expected"]["used"]["n1"].value(
                gpu.uuid, nlohmann::json{{"slots", 0}, {"memory", 0}, {"cores", 0}});
            EXPECT_EQ(
                nlohmann::json({{"slots", gpu.used_slots}, {"memory", gpu.used_memory}, {"cores", gpu.used_cores}}),
                used)
                << system << gpu.uuid;
        }
        EXPECT_EQ(one.nodes[0].model, "A100-40GB");
    }
    EXPECT_TRUE(inventory("hami").nodes[0].gpus[1].cordoned);
    EXPECT_EQ(inventory("kai").pods[0].shares[0].gpu, 1);
}
