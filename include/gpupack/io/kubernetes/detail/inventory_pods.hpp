// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/kubernetes/detail/device_lines.hpp>
#include <gpupack/io/kubernetes/detail/inventory_nodes.hpp>
#include <gpupack/io/kubernetes/gpu_inventory.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Reads pods that ask for GPUs, and what they have. Nodes must be read before.
class inventory_pods {
  public:
    explicit inventory_pods(gpu_inventory& inventory) : inventory_{inventory} {}

    /// Remembers which GPU a group of KAI stands for: only its reservation pod says that.
    void read_reservation(const json& object) {
        if (entry(object, "metadata", "namespace") != "kai-resource-reservation") return;
        const std::string group = label(object, "runai-gpu-group");
        const auto index = whole_of(annotation(object, "run.ai/reserve_for_gpu_index"));
        if (group.empty() || ended(object)) return;
        if (inventory_node* const node = inventory_.find_node(entry(object, "spec", "nodeName")))
            for (inventory_count& count : node->counts)
                if (count.resource == "nvidia.com/gpu")
                    count.used += limit(object, full_name(object), "nvidia.com/gpu");
        if (index)
            groups_[group] = *index;
        else
            inventory_.remarks.push_back("pod " + full_name(object) +
                                         ": no readable run.ai/reserve_for_gpu_index; the GPU of group " + group +
                                         " is not known");
    }

    void read(const json& object) {
        if (ended(object) || entry(object, "metadata", "namespace") == "kai-resource-reservation") return;
        inventory_pod pod{.name = full_name(object), .node = entry(object, "spec", "nodeName")};
        const bool asks = gpushare(object, pod) || hami(object, pod) || volcano(object, pod) || kai(object, pod) ||
                          plugin(object, pod);
        if (asks) inventory_.pods.push_back(std::move(pod));
    }

  private:
    [[nodiscard]] static std::string entry(const json& object, const char* outer, const char* name) {
        const json* const holder = json_fields::find(object, outer);
        const json* const value = holder == nullptr ? nullptr : json_fields::find(*holder, name);
        return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
    }
    [[nodiscard]] static bool ended(const json& object) {
        const std::string phase = entry(object, "status", "phase");
        return phase == "Succeeded" || phase == "Failed";
    }
    [[nodiscard]] static std::string full_name(const json& object) {
        const std::string name_space = entry(object, "metadata", "namespace");
        return (name_space.empty() ? "default" : name_space) + "/" + inventory_nodes::name_of_object(object);
    }

    /// The sum of a resource over the containers' limits, or of the first container that has it.
    [[nodiscard]] std::int64_t limit(const json& object, const std::string& pod, const char* resource,
                                     bool sums = true) {
        std::int64_t total = 0;
        const json* const spec = json_fields::find(object, "spec");
        const json* const containers = spec == nullptr ? nullptr : json_fields::find(*spec, "containers");
        if (containers == nullptr || !containers->is_array()) return 0;
        for (const json& container : *containers) {
            const json* const resources = json_fields::find(container, "resources");
            const json* const limits = resources == nullptr ? nullptr : json_fields::find(*resources, "limits");
            const json* const value = limits == nullptr ? nullptr : json_fields::find(*limits, resource);
            if (value == nullptr) continue;
            const auto amount = amount_of(*value);
            if (!amount)
                inventory_.remarks.push_back("pod " + pod + ": limit " + resource + " \"" + json_fields::brief(*value) +
                                             "\" is no amount");
            total = sums ? total + amount.value_or(0) : std::max(total, amount.value_or(0));
        }
        return total;
    }

    bool gpushare(const json& object, inventory_pod& pod) {
        pod.memory = limit(object, pod.name, "aliyun.com/gpu-mem");
        if (pod.memory == 0) return false;
        pod.system = gpu_sharing_system::gpushare;
        pod.gpus = 1;
        if (pod.waits()) return true;
        const std::string index = annotation(object, "ALIYUN_COM_GPU_MEM_IDX");
        const std::string memory = annotation(object, "ALIYUN_COM_GPU_MEM_POD");
        if (index.empty()) {
            inventory_.remarks.push_back("pod " + pod.name +
                                         ": no annotation ALIYUN_COM_GPU_MEM_IDX; which GPU it has is not known");
            return true;
        }
        const auto number = whole_of(index);
        const auto amount = memory.empty() ? std::optional{pod.memory} : whole_of(memory);
        inventory_node* const node = inventory_.find_node(pod.node);
        if (!number || !amount || node == nullptr || static_cast<std::size_t>(*number) >= node->gpus.size()) {
            inventory_.remarks.push_back("pod " + pod.name + ": annotations ALIYUN_COM_GPU_MEM_IDX \"" + index +
                                         "\", _POD \"" + memory + "\" do not fit node " + pod.node);
            return true;
        }
        take(*node, static_cast<std::size_t>(*number), *amount, 0, pod);
        return true;
    }

    bool hami(const json& object, inventory_pod& pod) {
        const std::string allocated = annotation(object, "hami.io/vgpu-devices-allocated");
        const std::string planned = annotation(object, "hami.io/vgpu-devices-to-allocate");
        const std::int64_t memory = limit(object, pod.name, "nvidia.com/gpumem", false);
        const std::int64_t cores = limit(object, pod.name, "nvidia.com/gpucores", false);
        const std::int64_t percent = limit(object, pod.name, "nvidia.com/gpumem-percentage", false);
        inventory_node* const node = inventory_.find_node(pod.node);
        const bool hami_node = node != nullptr && node->system == gpu_sharing_system::hami;
        if (allocated.empty() && planned.empty() && memory + cores + percent == 0 && !hami_node) return false;
        const std::int64_t gpus = limit(object, pod.name, "nvidia.com/gpu");
        if (allocated.empty() && planned.empty() && gpus + memory + cores + percent == 0) return false;
        pod.system = gpu_sharing_system::hami;
        pod.gpus = std::max<std::int64_t>(1, gpus);
        pod.memory = memory;
        pod.memory_percent = percent;
        pod.cores = cores;
        if (!pod.waits()) take_lines(pod, allocated.empty() ? planned : allocated);
        return true;
    }

    bool volcano(const json& object, inventory_pod& pod) {
        const std::int64_t gpus = limit(object, pod.name, "volcano.sh/vgpu-number");
        if (gpus == 0) return false;
        const std::string decided = annotation(object, "volcano.sh/vgpu-ids-new");
        pod.system = gpu_sharing_system::volcano;
        pod.gpus = gpus;
        pod.memory = limit(object, pod.name, "volcano.sh/vgpu-memory", false);
        pod.memory_percent = limit(object, pod.name, "volcano.sh/vgpu-memory-percentage", false);
        pod.cores = limit(object, pod.name, "volcano.sh/vgpu-cores", false);
        if (!pod.waits())
            take_lines(pod, decided.empty() ? annotation(object, "volcano.sh/devices-to-allocate") : decided);
        return true;
    }

    /// Books what an annotation of HAMi or Volcano says.
    void take_lines(inventory_pod& pod, const std::string& text) {
        const auto lines = read_device_lines(text);
        inventory_node* const node = inventory_.find_node(pod.node);
        if (!lines || lines->empty() || node == nullptr) {
            inventory_.remarks.push_back("pod " + pod.name + ": the annotation with its devices cannot be read: \"" +
                                         text.substr(0, 60) + "\"");
            return;
        }
        for (const device_line& line : *lines) {
            const auto gpu = std::ranges::find(node->gpus, line.uuid, &inventory_gpu::uuid);
            if (gpu == node->gpus.end())
                inventory_.remarks.push_back("pod " + pod.name + ": node " + node->name + " has no GPU " + line.uuid);
            else
                take(*node, static_cast<std::size_t>(gpu - node->gpus.begin()), line.memory, line.cores, pod);
        }
    }

    bool kai(const json& object, inventory_pod& pod) {
        const std::string fraction = annotation(object, "gpu-fraction");
        const std::string memory = annotation(object, "gpu-memory");
        if (fraction.empty() && memory.empty()) return false;
        pod.system = gpu_sharing_system::kai;
        pod.gpus = std::max<std::int64_t>(1, whole_of(annotation(object, "gpu-fraction-num-devices")).value_or(1));
        const auto share = dialect::dra::quantity::parse(fraction.empty() ? "0" : fraction);
        const std::int64_t thousandths = share ? share->exact_thousandths().value_or(-1) : -1;
        const auto amount = whole_of(memory.empty() ? "0" : memory);
        if (thousandths < 0 || thousandths > 1000 || !amount) {
            inventory_.remarks.push_back("pod " + pod.name + ": gpu-fraction \"" + fraction + "\", gpu-memory \"" +
                                         memory + "\" are no amounts");
            return true;
        }
        pod.memory = *amount;
        pod.memory_percent = thousandths / 10;
        if (pod.waits()) return true;
        const std::string group = label(object, "runai-gpu-group");
        const auto known = groups_.find(group);
        inventory_share has{.memory = *amount, .cores = thousandths / 10};
        if (known != groups_.end())
            has.gpu = known->second;
        else
            inventory_.remarks.push_back("pod " + pod.name + ": no reservation pod for group \"" + group +
                                         "\"; which GPU it has is not known");
        pod.shares.push_back(has);
        return true;
    }

    bool plugin(const json& object, inventory_pod& pod) {
        for (const std::string& resource : counted_resources()) {
            pod.gpus = limit(object, pod.name, resource.c_str());
            if (pod.gpus == 0) continue;
            pod.system = gpu_sharing_system::device_plugin;
            pod.resource = resource;
            inventory_node* const node = inventory_.find_node(pod.node);
            if (node != nullptr)
                for (inventory_count& count : node->counts)
                    if (count.resource == resource) count.used += pod.gpus;
            return true;
        }
        return false;
    }
    /// The resources that some node counts, and whole GPUs.
    [[nodiscard]] std::vector<std::string> counted_resources() const {
        std::vector<std::string> made{"nvidia.com/gpu"};
        for (const inventory_node& node : inventory_.nodes)
            for (const inventory_count& count : node.counts)
                if (std::ranges::find(made, count.resource) == made.end()) made.push_back(count.resource);
        return made;
    }

    void take(inventory_node& node, std::size_t gpu, std::int64_t memory, std::int64_t cores,
              inventory_pod& pod) const {
        node.gpus[gpu].used_memory += memory;
        node.gpus[gpu].used_cores += cores;
        ++node.gpus[gpu].used_slots;
        pod.shares.push_back({static_cast<std::int64_t>(gpu), memory, cores});
    }

    gpu_inventory& inventory_;
    std::map<std::string, std::int64_t> groups_; // KAI's groups and their GPUs
};

} // namespace gpupack::io::detail
