// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/node_topology.hpp>

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

/// Numbers things in the order in which they are met.
class numbering {
  public:
    int operator()(const void* of) { return numbers_.emplace(of, static_cast<int>(numbers_.size())).first->second; }

  private:
    std::map<const void*, int> numbers_;
};

/// A PCI device of an hwloc topology, and where it hangs.
struct hwloc_device {
    std::string name;
    pcie_location place;
    hwloc_obj_t object = nullptr;
};

/// Collects GPUs and adapters from the object tree.
class hwloc_devices {
  public:
    explicit hwloc_devices(hwloc_topology_t topology) {
        std::vector<hwloc_obj_t> devices;
        for (hwloc_obj_t at = nullptr; (at = hwloc_get_next_pcidev(topology, at)) != nullptr;)
            devices.push_back(at);
        const auto bus = [](hwloc_obj_t of) {
            const auto& id = of->attr->pcidev;
            return std::tuple{id.domain, id.bus, id.dev, id.func};
        };
        std::sort(devices.begin(), devices.end(), [&](hwloc_obj_t a, hwloc_obj_t b) { return bus(a) < bus(b); });
        for (const hwloc_obj_t at : devices) {
            const unsigned kind = at->attr->pcidev.class_id >> 8;
            if (kind == 0x03 && at->attr->pcidev.vendor_id == nvidia)
                gpus.push_back({bus_id(*at), place_of(*at), at});
            if (kind == 0x02) nics.push_back({adapter_name(*at), place_of(*at), at});
        }
    }

    std::vector<hwloc_device> gpus;
    std::vector<hwloc_device> nics;

  private:
    static constexpr unsigned nvidia = 0x10de;

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

    /// The bridges above the device. The first below the processors is the host bridge; right below it are its ports,
    /// each of which may lead to a tree of switches. A switch is a bridge with bridges below: the last such holds the
    /// device's own port.
    [[nodiscard]] pcie_location place_of(const hwloc_obj& device) {
        std::vector<const hwloc_obj*> bridges; // from the device up
        const hwloc_obj* at = device.parent;
        for (; at != nullptr && at->type == HWLOC_OBJ_BRIDGE; at = at->parent) bridges.push_back(at);
        pcie_location place;
        place.numa = std::max(0, at == nullptr || at->nodeset == nullptr ? 0 : hwloc_bitmap_first(at->nodeset));
        if (bridges.empty()) return place;
        place.bridge = numbers_(bridges.back());
        if (bridges.size() > 1) place.tree = numbers_(bridges[bridges.size() - 2]);
        if (bridges.size() > 2) place.hub = numbers_(bridges[1]);
        return place;
    }

    numbering numbers_;
};

/// The NVLinks of GPUs, where hwloc was built with its NVML plugin: megabytes a second to other GPUs and to NVSwitches.
///
/// source  hwloc's matrix NVLinkBandwidth (docs/sources.md#hwloc)
class hwloc_nvlinks {
  public:
    explicit hwloc_nvlinks(hwloc_topology_t topology) : topology_{topology} {
        unsigned count = 1;
        if (hwloc_distances_get_by_name(topology, "NVLinkBandwidth", &count, &told_, 0) != 0 || count == 0)
            told_ = nullptr;
    }
    hwloc_nvlinks(const hwloc_nvlinks&) = delete;
    hwloc_nvlinks& operator=(const hwloc_nvlinks&) = delete;
    ~hwloc_nvlinks() {
        if (told_ != nullptr) hwloc_distances_release(topology_, told_);
    }

    /// Adds them to the links of these GPUs; two GPUs on switches can use as many as the one with fewer has.
    void add_to(node_topology& all, const std::vector<hwloc_device>& gpus) const {
        if (told_ == nullptr) return;
        for (std::size_t a = 0; a < gpus.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const int direct = links(gpus[a], [&](hwloc_obj_t to) { return to == gpus[b].object; });
                const int over_switches = std::min(links(gpus[a], is_switch), links(gpus[b], is_switch));
                all.switched = all.switched || over_switches > 0;
                // beyond 255 it is no number of links either, and checked() refuses it
                add_nvlinks(all, a, b, std::min(255, direct + over_switches));
            }
    }

  private:
    static bool is_switch(hwloc_obj_t of) {
        return of->type == HWLOC_OBJ_PCI_DEVICE && of->attr->pcidev.class_id >> 8 == 0x06;
    }
    static hwloc_obj_t pci_device_of(hwloc_obj_t of) {
        return of->type == HWLOC_OBJ_OS_DEVICE && of->parent != nullptr ? of->parent : of;
    }

    /// How many links of a GPU go where `wanted` says. One carries 20 GB/s of Pascal, whose device numbers end at
    /// 0x1cff, and 25 GB/s since; some versions of hwloc count twice as much from Ampere (0x2000) on.
    template <class Wanted> [[nodiscard]] int links(const hwloc_device& from, Wanted wanted) const {
        const unsigned device = from.object->attr->pcidev.device_id;
        std::uint64_t bandwidth = 0;
        std::uint64_t all = 0;
        for (unsigned row = 0; row < told_->nbobjs; ++row) {
            if (told_->objs[row] == nullptr || pci_device_of(told_->objs[row]) != from.object) continue;
            for (unsigned column = 0; column < told_->nbobjs; ++column) {
                if (column == row || told_->objs[column] == nullptr) continue;
                const std::uint64_t value = told_->values[std::size_t{row} * told_->nbobjs + column];
                all += value;
                if (wanted(pci_device_of(told_->objs[column]))) bandwidth += value;
            }
        }
        std::uint64_t each = device < 0x1d00 ? 20'000 : 25'000;
        if (device >= 0x2000 && all > each * max_nvlinks) each *= 2;
        return static_cast<int>(std::min<std::uint64_t>(255, bandwidth / each));
    }

    hwloc_topology_t topology_;
    hwloc_distances_s* told_ = nullptr;
};

} // namespace detail

/// Reads what connects the GPUs of a node from the XML that hwloc exports (`lstopo machine.xml`).
///
/// GPUs are NVIDIA's display and 3D controllers, by PCI bus id; adapters are network controllers, by the name of their
/// InfiniBand device or network interface. NVLinks are told by an hwloc that was built with its NVML plugin; else
/// add_nvlinks and add_nvswitch add them. Bridges that hwloc left out of the file cannot be told apart:
/// `lstopo --filter bridge:all --filter io:all` keeps them.
/// file    named in errors
/// errors  text that is not hwloc's XML; more than 32 GPUs, 256 adapters or 18 NVLinks, or NUMA nodes beyond 15.
///         No GPU is none
[[nodiscard]] inline expected<node_topology, input_error> parse_hwloc(const std::string& file,
                                                                      std::string_view content) {
    const auto wrong = [&] {
        const std::string_view start = content.substr(0, std::min<std::size_t>(20, content.find('\n')));
        return unexpected<input_error>{
            input_error{file, 1, "document", std::string{start}, "a topology in hwloc's XML, as lstopo writes it"}};
    };
    // hwloc's own parser takes a good deal for XML: that the root is a topology is looked at first.
    if (content.find("<topology") == std::string_view::npos) return wrong();
    (void)setenv("HWLOC_HIDE_ERRORS", "2", 0); // the caller gets one error, not hwloc's lines on standard error
    hwloc_topology_t raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) return wrong();
    const detail::hwloc_handle topology{raw};
    std::string text{content}; // with the zero that hwloc wants at its end
    if (hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_set_xmlbuffer(raw, text.c_str(), static_cast<int>(text.size() + 1)) != 0 ||
        hwloc_topology_load(raw) != 0)
        return wrong();

    const detail::hwloc_devices found{raw};
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (const detail::hwloc_device& gpu : found.gpus) gpus.push_back(gpu.place);
    for (const detail::hwloc_device& adapter : found.nics) nics.emplace_back(adapter.name, adapter.place);
    node_topology all = wired(gpus, nics);
    detail::hwloc_nvlinks{raw}.add_to(all, found.gpus);
    auto right = checked(all);
    if (right) return right;
    input_error error = right.error();
    error.file = file;
    return unexpected<input_error>{std::move(error)};
}

/// parse_hwloc of a file.
///
/// errors  as there, and a file that cannot be read
[[nodiscard]] inline expected<node_topology, input_error> read_hwloc(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_hwloc(file, *content);
}

} // namespace gpupack::io
