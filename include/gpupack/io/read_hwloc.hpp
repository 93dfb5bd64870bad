// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <hwloc.h>
#include <hwloc/distances.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

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

/// A PCI device of an hwloc topology, and its location.
struct hwloc_device {
    std::string name;
    pcie_location location;
    hwloc_obj_t object = nullptr;
};

/// Collects GPUs and adapters from the object tree.
class hwloc_devices {
  public:
    explicit hwloc_devices(hwloc_topology_t topology) {
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
            if (pci_class == display && device->attr->pcidev.vendor_id == nvidia)
                gpus.push_back({bus_id(*device), location_of(*device), device});
            if (pci_class == network) nics.push_back({adapter_name(*device), location_of(*device), device});
        }
    }

    std::vector<hwloc_device> gpus;
    std::vector<hwloc_device> nics;

  private:
    static constexpr unsigned nvidia = 0x10de;
    static constexpr unsigned network = 0x02;
    static constexpr unsigned display = 0x03;

    [[nodiscard]] static std::string bus_id(const hwloc_obj& device) {
        char text[32] = {};
        (void)hwloc_obj_attr_snprintf(text, sizeof text, const_cast<hwloc_obj*>(&device), "", 0);
        return text;
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
        return name.empty() ? bus_id(device) : name;
    }

    /// Where the device is, by the bridges above it. The first below the processors is the host bridge; right below it are its ports,
    /// each of which may lead to a tree of switches. A switch is a bridge with bridges below: the last such holds the
    /// device's own port.
    [[nodiscard]] pcie_location location_of(const hwloc_obj& device) {
        std::vector<const hwloc_obj*> bridges; // from the device up
        const hwloc_obj* above = device.parent;
        for (; above != nullptr && above->type == HWLOC_OBJ_BRIDGE; above = above->parent) bridges.push_back(above);
        pcie_location location;
        if (above != nullptr && above->nodeset != nullptr)
            location.numa = std::max(0, hwloc_bitmap_first(above->nodeset));
        if (bridges.empty()) return location;
        location.bridge = numbers_(bridges.back());
        if (bridges.size() > 1) location.tree = numbers_(bridges[bridges.size() - 2]);
        if (bridges.size() > 2) location.hub = numbers_(bridges[1]);
        return location;
    }

    numbering numbers_;
};

/// The NVLinks of GPUs, where hwloc was built with its NVML plugin: megabytes a second to other GPUs and to NVSwitches.
///
/// Source: hwloc's matrix NVLinkBandwidth (docs/sources.md#hwloc).
class hwloc_nvlinks {
  public:
    explicit hwloc_nvlinks(hwloc_topology_t topology) : topology_{topology} {
        unsigned count = 1;
        if (hwloc_distances_get_by_name(topology, "NVLinkBandwidth", &count, &bandwidths_, 0) != 0 || count == 0)
            bandwidths_ = nullptr;
    }
    hwloc_nvlinks(const hwloc_nvlinks&) = delete;
    hwloc_nvlinks& operator=(const hwloc_nvlinks&) = delete;
    ~hwloc_nvlinks() {
        if (bandwidths_ != nullptr) hwloc_distances_release(topology_, bandwidths_);
    }

    /// Adds them to the links of these GPUs; two GPUs on switches can use as many as the one with fewer has.
    void add_to(node_topology& topology, const std::vector<hwloc_device>& gpus) const {
        if (bandwidths_ == nullptr) return;
        for (std::size_t a = 0; a < gpus.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const int direct = links(gpus[a], [&](hwloc_obj_t end) { return end == gpus[b].object; });
                const int over_switches = std::min(links(gpus[a], is_switch), links(gpus[b], is_switch));
                topology.switched = topology.switched || over_switches > 0;
                // more than 255 are wrong as well, and topology_error() finds them
                add_nvlinks(topology, a, b, std::min(255, direct + over_switches));
            }
    }

  private:
    static bool is_switch(hwloc_obj_t object) {
        return object->type == HWLOC_OBJ_PCI_DEVICE && object->attr->pcidev.class_id >> 8 == 0x06;
    }
    static hwloc_obj_t pci_device_of(hwloc_obj_t object) {
        return object->type == HWLOC_OBJ_OS_DEVICE && object->parent != nullptr ? object->parent : object;
    }

    /// How many links of a GPU lead to the ends that `is_end` accepts. One carries 20 GB/s of Pascal, whose device numbers end at
    /// 0x1cff, and 25 GB/s since; some versions of hwloc count twice as much from Ampere (0x2000) on.
    template <class IsEnd> [[nodiscard]] int links(const hwloc_device& gpu, IsEnd is_end) const {
        const unsigned device = gpu.object->attr->pcidev.device_id;
        std::uint64_t bandwidth = 0;
        std::uint64_t all = 0;
        for (unsigned row = 0; row < bandwidths_->nbobjs; ++row) {
            if (bandwidths_->objs[row] == nullptr || pci_device_of(bandwidths_->objs[row]) != gpu.object) continue;
            for (unsigned column = 0; column < bandwidths_->nbobjs; ++column) {
                if (column == row || bandwidths_->objs[column] == nullptr) continue;
                const std::uint64_t value = bandwidths_->values[std::size_t{row} * bandwidths_->nbobjs + column];
                all += value;
                if (is_end(pci_device_of(bandwidths_->objs[column]))) bandwidth += value;
            }
        }
        std::uint64_t each = device < 0x1d00 ? 20'000 : 25'000;
        if (device >= 0x2000 && all > each * max_nvlinks) each *= 2;
        return static_cast<int>(std::min<std::uint64_t>(255, bandwidth / each));
    }

    hwloc_topology_t topology_;
    hwloc_distances_s* bandwidths_ = nullptr;
};

} // namespace detail

/// Reads what connects the GPUs of a node from the XML that hwloc exports (`lstopo machine.xml`).
///
/// GPUs are NVIDIA's display and 3D controllers, by PCI bus id; adapters are network controllers, by the name of their
/// InfiniBand device or network interface. NVLinks are in the file if hwloc was built with its NVML plugin; otherwise
/// add_nvlinks() and add_nvswitch() add them. Bridges that hwloc left out of the file cannot be told apart:
/// `lstopo --filter bridge:all --filter io:all` keeps them.
/// @param file     named in errors
/// @param content  the text
/// @return the topology, which may have no GPU; or an error: text that is not hwloc's XML; more than 32 GPUs, 256 adapters
///         or 18 NVLinks, or NUMA nodes beyond 15
[[nodiscard]] inline expected<node_topology, input_error> parse_hwloc(const std::string& file,
                                                                      std::string_view content) {
    const auto not_xml = [&] {
        const std::string_view start = content.substr(0, std::min<std::size_t>(20, content.find('\n')));
        return unexpected<input_error>{
            input_error{file, 1, "document", std::string{start}, "a topology in hwloc's XML, as lstopo writes it"}};
    };
    // hwloc's own parser accepts a lot that is not XML, so look for the root first.
    if (content.find("<topology") == std::string_view::npos) return not_xml();
    (void)setenv("HWLOC_HIDE_ERRORS", "2", 0); // the caller gets one error, not hwloc's lines on standard error
    hwloc_topology_t raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) return not_xml();
    const detail::hwloc_handle topology{raw};
    std::string text{content}; // with the zero that hwloc wants at its end
    if (hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_set_xmlbuffer(raw, text.c_str(), static_cast<int>(text.size() + 1)) != 0 ||
        hwloc_topology_load(raw) != 0)
        return not_xml();

    const detail::hwloc_devices found{raw};
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (const detail::hwloc_device& gpu : found.gpus) gpus.push_back(gpu.location);
    for (const detail::hwloc_device& adapter : found.nics) nics.emplace_back(adapter.name, adapter.location);
    node_topology all = wired(gpus, nics);
    detail::hwloc_nvlinks{raw}.add_to(all, found.gpus);
    if (auto wrong = topology_error(all)) {
        wrong->file = file;
        return unexpected<input_error>{*std::move(wrong)};
    }
    return all;
}

/// parse_hwloc() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<node_topology, input_error> read_hwloc(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_hwloc(file, *content);
}

} // namespace gpupack::io
