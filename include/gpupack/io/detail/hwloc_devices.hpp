// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/hwloc_objects.hpp>
#include <gpupack/io/detail/located_machine.hpp>
#include <gpupack/io/detail/pci_device.hpp>
#include <gpupack/io/detail/xml_source.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/pcie_location.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Finds GPUs and adapters among hwloc's objects, and where they hang.
class hwloc_devices {
  public:
    /// @param source   the text
    /// @param objects  its objects, without a problem
    hwloc_devices(const xml_source& source, const hwloc_objects& objects) : source_{source}, objects_{objects} {
        for (std::size_t o = 0; o < objects.all.size() && !problem; ++o)
            if (objects.all[o].kind == hwloc_kind::pci_device) look_at(o);
        if (problem) return;
        const auto by_bus = [](const found& a, const found& b) { return a.device.bus < b.device.bus; };
        std::stable_sort(gpus_.begin(), gpus_.end(), by_bus);
        std::stable_sort(adapters_.begin(), adapters_.end(), by_bus);
        if (check_gpus()) return;
        for (const found& each : gpus_) add_gpu(each);
        for (const found& each : adapters_) add_adapter(each);
    }

    located_machine machine;
    std::vector<std::size_t> gpus;      ///< [GPUs of machine] their places in the list of objects.
    std::vector<pci_device> gpu_chips;  ///< [GPUs of machine] what they are on PCI.
    std::optional<input_error> problem; ///< Why there is no machine, if there is none.

  private:
    struct found {
        std::size_t object;
        pci_device device;
    };

    static constexpr unsigned nvidia = 0x10de;
    static constexpr unsigned amd = 0x1002;
    static constexpr unsigned network = 0x02;
    static constexpr unsigned display = 0x03;
    static constexpr unsigned accelerator = 0x12;

    [[nodiscard]] static bool is_gpu(const pci_device& device) {
        const unsigned group = device.pci_class >> 8;
        return (device.vendor == nvidia && group == display) ||
               (device.vendor == amd && (group == display || group == accelerator));
    }

    /// A GPU must be whole; an adapter that is not is left out.
    void look_at(std::size_t object) {
        const pugi::xml_node& node = objects_.all[object].node;
        pci_device device;
        if (!read_pci_type(attribute_of(node, "pci_type"), device)) {
            problem = source_.wrong(node, "pci_type", attribute_of(node, "pci_type"),
                                    "a class, a vendor and a device, as 0302 [10de:20b0] [10de:134f] a1");
            return;
        }
        const bool gpu = is_gpu(device);
        if (!gpu && device.pci_class >> 8 != network) return;
        const bool placed = read_bus_id(attribute_of(node, "pci_busid"), device);
        if (!placed && gpu) {
            problem =
                source_.wrong(node, "pci_busid", attribute_of(node, "pci_busid"), "a place on PCI, as 0000:3b:00.0");
        } else if (!placed) {
            auto wrong = source_.wrong(node, "", attribute_of(node, "pci_busid"), "");
            machine.left_out.push_back(
                {wrong.line, std::move(wrong.value), "an adapter whose pci_busid is no place on PCI"});
        } else {
            (gpu ? gpus_ : adapters_).push_back({object, device});
        }
    }

    /// @return whether there is something wrong with the GPUs
    bool check_gpus() {
        const auto node_of = [&](std::size_t g) { return objects_.all[gpus_[g].object].node; };
        if (gpus_.size() > max_gpus_per_node)
            problem =
                source_.wrong(node_of(max_gpus_per_node), "GPUs", std::to_string(gpus_.size()), "at most 32 on a node");
        for (std::size_t g = 1; g < gpus_.size() && !problem; ++g)
            if (gpus_[g].device.bus == gpus_[g - 1].device.bus)
                problem =
                    source_.wrong(node_of(g), "pci_busid", attribute_of(node_of(g), "pci_busid"), "each GPU once");
        if (!problem && adapters_.size() > max_nics) {
            machine.left_out.push_back({source_.line_of(objects_.all[adapters_[max_nics].object].node),
                                        std::to_string(adapters_.size() - max_nics).append(" adapters"),
                                        "a node has at most 256; those with the lowest bus ids are kept"});
            adapters_.resize(max_nics);
        }
        return problem.has_value();
    }

    /// What hwloc says of a device under a key, or of what the operating system makes of it; empty where it says nothing.
    [[nodiscard]] static std::string info_of(const pugi::xml_node& device, const char* key) {
        for (const pugi::xml_node& child : device.children("object"))
            if (const auto info = child.find_child_by_attribute("info", "name", key);
                info && attribute_of(child, "type") == "OSDev")
                return info.attribute("value").value();
        return {};
    }

    void add_gpu(const found& each) {
        const pugi::xml_node& node = objects_.all[each.object].node;
        described_gpu gpu;
        gpu.index = static_cast<int>(gpus.size());
        gpu.bus_id = bus_id_text(each.device);
        gpu.name = info_of(node, "GPUModel");
        if (gpu.name.empty())
            gpu.name = node.find_child_by_attribute("info", "name", "PCIDevice").attribute("value").value();
        gpu.uuid = info_of(node, each.device.vendor == amd ? "AMDUUID" : "NVIDIAUUID");
        const pcie_location place = location_of(each.object);
        if (place.numa != unknown_numa) gpu.numa = place.numa;
        machine.gpus.push_back({std::move(gpu), place});
        gpus.push_back(each.object);
        gpu_chips.push_back(each.device);
    }

    void add_adapter(const found& each) {
        described_nic nic;
        nic.bus_id = bus_id_text(each.device);
        nic.name = adapter_name(objects_.all[each.object].node);
        if (nic.name.empty()) nic.name = nic.bus_id;
        nic.label = nic.name;
        const pcie_location place = location_of(each.object);
        if (place.numa != unknown_numa) nic.numa = place.numa;
        machine.nics.push_back({std::move(nic), place});
    }

    /// That of its InfiniBand device, else of its network interface. Version 3 adds up bits, versions 1 and 2 number types.
    [[nodiscard]] std::string adapter_name(const pugi::xml_node& device) const {
        std::string_view network_name;
        for (const pugi::xml_node& child : device.children("object")) {
            if (attribute_of(child, "type") != "OSDev" || attribute_of(child, "name").empty()) continue;
            const unsigned type = child.attribute("osdev_type").as_uint();
            const bool infiniband = objects_.major == 3 ? (type & 32U) != 0 : type == 3;
            const bool interface = objects_.major == 3 ? (type & 16U) != 0 : type == 2;
            if (infiniband) return std::string{attribute_of(child, "name")};
            if (interface && network_name.empty()) network_name = attribute_of(child, "name");
        }
        return std::string{network_name};
    }

    /// Where the device is, by the bridges above it. The first below the processors is the host bridge; right below it are
    /// its ports, each of which may lead to a tree of switches. A switch is a bridge with bridges below: the last such holds
    /// the device's own port. Its NUMA node is the lowest of those of the next object above that lists some, as in hwloc; what
    /// hangs on the whole of a machine with several has none that is known.
    [[nodiscard]] pcie_location location_of(std::size_t device) {
        std::vector<int> bridges; // from the device up
        int above = objects_.all[device].parent;
        for (; above >= 0 && at(above).kind == hwloc_kind::bridge; above = at(above).parent) bridges.push_back(above);
        while (above > 0 && at(above).numa < 0) above = at(above).parent;
        pcie_location location;
        location.numa = unknown_numa;
        if (above > 0 || objects_.numa_nodes <= 1) location.numa = above < 0 ? 0 : std::max(0, at(above).numa);
        if (bridges.empty()) return location;
        const auto number = [&](int bridge) {
            return numbers_.emplace(bridge, static_cast<int>(numbers_.size())).first->second;
        };
        location.bridge = number(bridges.back());
        if (bridges.size() > 1) location.tree = number(bridges[bridges.size() - 2]);
        if (bridges.size() > 2) location.hub = number(bridges[1]);
        return location;
    }

    [[nodiscard]] const hwloc_object& at(int object) const { return objects_.all[static_cast<std::size_t>(object)]; }

    const xml_source& source_;
    const hwloc_objects& objects_;
    std::vector<found> gpus_;
    std::vector<found> adapters_;
    std::map<int, int> numbers_; // of bridges, in the order in which they are asked for
};

} // namespace gpupack::io::detail
