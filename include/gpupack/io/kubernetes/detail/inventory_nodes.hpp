// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/io/kubernetes/detail/device_lines.hpp>
#include <gpupack/io/kubernetes/gpu_inventory.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>
#include <gpupack/topology/product_names.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

using json = nlohmann::json;

/// A text in a map of an object, such as a label.
[[nodiscard]] inline std::string entry_of(const json& object, const char* outer, const char* map,
                                          const std::string& key) {
    const json* const holder = json_fields::find(object, outer);
    const json* const entries = holder == nullptr ? nullptr : json_fields::find(*holder, map);
    const json* const value = entries == nullptr ? nullptr : json_fields::find(*entries, key.c_str());
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}
[[nodiscard]] inline std::string label(const json& object, const std::string& key) {
    return entry_of(object, "metadata", "labels", key);
}
[[nodiscard]] inline std::string annotation(const json& object, const std::string& key) {
    return entry_of(object, "metadata", "annotations", key);
}

/// A whole number of a resource, such as "4" or "64Gi"; nothing where it is absent or none.
[[nodiscard]] inline std::optional<std::int64_t> amount_of(const json& value) {
    const std::string text = value.is_string()           ? value.get<std::string>()
                             : value.is_number_integer() ? value.dump()
                                                         : std::string{};
    const auto amount = dialect::dra::quantity::parse(text);
    if (!amount || *amount < dialect::dra::quantity{}) return std::nullopt;
    return amount->ceiling();
}

/// Reads the GPUs of nodes.
class inventory_nodes {
  public:
    explicit inventory_nodes(gpu_inventory& inventory) : inventory_{inventory} {}

    void read(const json& object) {
        inventory_node node{.name = name_of_object(object)};
        node.product = label(object, "nvidia.com/gpu.product");
        node.mig_strategy = label(object, "nvidia.com/mig.strategy");
        node.replicas = std::max<std::int64_t>(1, whole_of(label(object, "nvidia.com/gpu.replicas")).value_or(1));
        const std::string hami = annotation(object, "hami.io/node-nvidia-register");
        const std::string volcano = annotation(object, "volcano.sh/node-vgpu-register");
        if (!hami.empty()) {
            described(node, gpu_sharing_system::hami, hami.front() == '[' ? read_hami_json(hami) : read_hami_text(hami),
                      "hami.io/node-nvidia-register");
            cordon(node, annotation(object, "hami.io/device-cordon"));
        } else if (!volcano.empty()) {
            described(node, gpu_sharing_system::volcano, read_volcano_text(volcano), "volcano.sh/node-vgpu-register");
        } else {
            counted(object, node);
        }
        if (node.system == gpu_sharing_system::none) return;
        const std::int64_t memory = whole_of(label(object, "nvidia.com/gpu.memory")).value_or(0);
        if (const auto model = model_of_product(node.product, mebibytes{memory}))
            node.model = std::string{model->model.view()};
        else if (!node.product.empty())
            inventory_.remarks.push_back("node " + node.name + ": product \"" + node.product + "\" is in no catalogue");
        inventory_.nodes.push_back(std::move(node));
    }

    [[nodiscard]] static std::string name_of_object(const json& object) {
        const json* const meta = json_fields::find(object, "metadata");
        const json* const name = meta == nullptr ? nullptr : json_fields::find(*meta, "name");
        return name != nullptr && name->is_string() ? name->get<std::string>() : std::string{};
    }

  private:
    void described(inventory_node& node, gpu_sharing_system system, std::optional<std::vector<annotated_gpu>> gpus,
                   const char* key) {
        node.system = system;
        if (!gpus) {
            inventory_.remarks.push_back("node " + node.name + ": annotation " + key +
                                         " cannot be read; its GPUs are left out");
            return;
        }
        for (annotated_gpu& one : *gpus) {
            if (node.product.empty()) node.product = one.product;
            node.gpus.push_back(std::move(one.gpu));
        }
    }

    void cordon(inventory_node& node, const std::string& uuids) const {
        for (const std::string_view uuid : split_fields(uuids, ','))
            for (inventory_gpu& gpu : node.gpus)
                if (gpu.uuid == uuid) gpu.cordoned = true;
    }

    /// gpushare and the device plugin: amounts in the node's status.
    void counted(const json& object, inventory_node& node) {
        const json* const status = json_fields::find(object, "status");
        const json* capacity = status == nullptr ? nullptr : json_fields::find(*status, "allocatable");
        if (status != nullptr && (capacity == nullptr || capacity->empty()))
            capacity = json_fields::find(*status, "capacity");
        if (capacity == nullptr) return;
        const auto amount = [&](const char* resource) -> std::int64_t {
            const json* const value = json_fields::find(*capacity, resource);
            if (value == nullptr) return 0;
            const auto number = amount_of(*value);
            if (!number)
                inventory_.remarks.push_back("node " + node.name + ": " + resource + " \"" +
                                             json_fields::brief(*value) + "\" is no amount");
            return number.value_or(0);
        };
        const std::int64_t memory = amount("aliyun.com/gpu-mem");
        if (const std::int64_t gpus = amount("aliyun.com/gpu-count"); memory > 0 && gpus > 0) {
            node.system = gpu_sharing_system::gpushare;
            node.gpus.resize(static_cast<std::size_t>(std::min<std::int64_t>(gpus, 1024)),
                             {.memory = memory / gpus, .slots = memory / gpus});
            return;
        }
        for (auto entry = capacity->begin(); entry != capacity->end(); ++entry) {
            const bool counts = entry.key() == "nvidia.com/gpu" || entry.key() == "nvidia.com/gpu.shared" ||
                                entry.key().starts_with("nvidia.com/mig-");
            if (const std::int64_t total = counts ? amount(entry.key().c_str()) : 0; total > 0)
                node.counts.push_back({entry.key(), total, 0});
        }
        if (!node.counts.empty()) node.system = gpu_sharing_system::device_plugin;
    }

    gpu_inventory& inventory_;
};

} // namespace gpupack::io::detail
