// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/located_machine.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/pcie_location.hpp>

#include <hwloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

struct hwloc_closer {
    void operator()(hwloc_topology* topology) const noexcept { hwloc_topology_destroy(topology); }
};
using hwloc_handle = std::unique_ptr<hwloc_topology, hwloc_closer>;

/// Numbers objects in the order in which it is asked for them.
class numbering {
  public:
    int operator()(const void* object) { return numbers_.emplace(object, static_cast<int>(numbers_.size())).first->second; }

  private:
    std::map<const void*, int> numbers_;
};

/// "0000:0c:00.0"
[[nodiscard]] inline std::string bus_id_of(const hwloc_obj& device) {
    const auto& id = device.attr->pcidev;
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.%01x", static_cast<unsigned>(id.domain),
                        static_cast<unsigned>(id.bus), static_cast<unsigned>(id.dev), static_cast<unsigned>(id.func));
    return text.data();
}

/// Collects GPUs and adapters from the object tree.
class hwloc_devices {
  public:
    explicit hwloc_devices(hwloc_topology_t topology) : topology_{topology} {
        std::vector<hwloc_obj_t> devices;
        for (hwloc_obj_t device = hwloc_get_next_pcidev(topology, nullptr); device != nullptr;
             device = hwloc_get_next_pcidev(topology, device))
            devices.push_back(device);
        const auto bus = [](hwloc_obj_t device) {
            const auto& id = device->attr->pcidev;
            return std::tuple{id.domain, id.bus, id.dev, id.func};
        };
        std::sort(devices.begin(), devices.end(), [&](hwloc_obj_t a, hwloc_obj_t b) { return bus(a) < bus(b); });
        for (const hwloc_obj_t device : devices) {
            const unsigned pci_class = device->attr->pcidev.class_id >> 8;
            if (is_gpu(*device)) add_gpu(device);
            if (pci_class == network) add_adapter(*device);
        }
    }

    located_machine machine;
    std::vector<hwloc_obj_t> gpus; ///< [GPUs of machine]

  private:
    static constexpr unsigned nvidia = 0x10de;
    static constexpr unsigned amd = 0x1002;
    static constexpr unsigned network = 0x02;
    static constexpr unsigned display = 0x03;
    static constexpr unsigned accelerator = 0x12;

    [[nodiscard]] static bool is_gpu(const hwloc_obj& device) {
        const unsigned pci_class = device.attr->pcidev.class_id >> 8;
        const unsigned vendor = device.attr->pcidev.vendor_id;
        return (vendor == nvidia && pci_class == display) ||
               (vendor == amd && (pci_class == display || pci_class == accelerator));
    }

    /// What an operating system's device below it, or the device itself, has under a key; empty where there is nothing.
    [[nodiscard]] static std::string info_of(const hwloc_obj& device, const char* key) {
        for (hwloc_obj_t child = device.io_first_child; child != nullptr; child = child->next_sibling)
            if (const char* const value = hwloc_obj_get_info_by_name(child, key); value != nullptr) return value;
        return {};
    }

    void add_gpu(hwloc_obj_t device) {
        described_gpu gpu;
        gpu.index = static_cast<int>(gpus.size());
        gpu.bus_id = bus_id_of(*device);
        gpu.name = info_of(*device, "GPUModel");
        if (const char* const name = hwloc_obj_get_info_by_name(device, "PCIDevice"); gpu.name.empty() && name != nullptr)
            gpu.name = name;
        gpu.uuid = info_of(*device, device->attr->pcidev.vendor_id == amd ? "AMDUUID" : "NVIDIAUUID");
        const pcie_location place = location_of(*device);
        if (place.numa != unknown_numa) gpu.numa = place.numa;
        machine.gpus.push_back({std::move(gpu), place});
        gpus.push_back(device);
    }

    void add_adapter(const hwloc_obj& device) {
        described_nic nic;
        nic.bus_id = bus_id_of(device);
        nic.name = adapter_name(device);
        nic.label = nic.name;
        const pcie_location place = location_of(device);
        if (place.numa != unknown_numa) nic.numa = place.numa;
        machine.nics.push_back({std::move(nic), place});
    }

    /// That of its InfiniBand device, else of its network interface, else the PCI bus id.
    [[nodiscard]] static std::string adapter_name(const hwloc_obj& device) {
        std::string name;
        for (hwloc_obj_t child = device.io_first_child; child != nullptr; child = child->next_sibling) {
            if (child->type != HWLOC_OBJ_OS_DEVICE || child->name == nullptr) continue;
            const bool infiniband = child->attr->osdev.type == HWLOC_OBJ_OSDEV_OPENFABRICS;
            if (infiniband || (name.empty() && child->attr->osdev.type == HWLOC_OBJ_OSDEV_NETWORK))
                name = child->name;
            if (infiniband) break;
        }
        return name.empty() ? bus_id_of(device) : name;
    }

    /// Where the device is, by the bridges above it. The first below the processors is the host bridge; right below it are
    /// its ports, each of which may lead to a tree of switches. A switch is a bridge with bridges below: the last such holds
    /// the device's own port. What hangs on the whole of a machine with several NUMA nodes has none that is known.
    [[nodiscard]] pcie_location location_of(const hwloc_obj& device) {
        std::vector<const hwloc_obj*> bridges; // from the device up
        const hwloc_obj* above = device.parent;
        for (; above != nullptr && above->type == HWLOC_OBJ_BRIDGE; above = above->parent) bridges.push_back(above);
        pcie_location location;
        location.numa = unknown_numa;
        const bool anywhere = above == nullptr || above->nodeset == nullptr ||
                              (above->type == HWLOC_OBJ_MACHINE && hwloc_get_nbobjs_by_type(topology_, HWLOC_OBJ_NUMANODE) > 1);
        if (!anywhere) location.numa = std::max(0, hwloc_bitmap_first(above->nodeset));
        if (bridges.empty()) return location;
        location.bridge = numbers_(bridges.back());
        if (bridges.size() > 1) location.tree = numbers_(bridges[bridges.size() - 2]);
        if (bridges.size() > 2) location.hub = numbers_(bridges[1]);
        return location;
    }

    hwloc_topology_t topology_;
    numbering numbers_;
};

} // namespace gpupack::io::detail
