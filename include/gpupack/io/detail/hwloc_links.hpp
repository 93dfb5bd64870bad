// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/located_machine.hpp>
#include <gpupack/topology/link.hpp>

#include <hwloc.h>
#include <hwloc/distances.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// The links of GPUs beside PCIe, where hwloc was built with its NVML or ROCm SMI plugin: megabytes a second to other GPUs and
/// to NVSwitches.
///
/// Source: hwloc's matrices NVLinkBandwidth and XGMIBandwidth (docs/sources.md#hwloc).
class hwloc_links {
  public:
    hwloc_links(hwloc_topology_t topology, const char* matrix) : topology_{topology} {
        unsigned count = 1;
        if (hwloc_distances_get_by_name(topology, matrix, &count, &bandwidths_, 0) != 0 || count == 0)
            bandwidths_ = nullptr;
    }
    hwloc_links(const hwloc_links&) = delete;
    hwloc_links& operator=(const hwloc_links&) = delete;
    ~hwloc_links() {
        if (bandwidths_ != nullptr) hwloc_distances_release(topology_, bandwidths_);
    }

    /// Adds NVLinks: to GPUs, and to switches.
    void add_nvlinks_to(located_machine& machine, const std::vector<hwloc_obj_t>& gpus) const {
        if (bandwidths_ == nullptr) return;
        reserve(machine);
        for (std::size_t a = 0; a < gpus.size(); ++a) {
            machine.switch_links[a] = nvlinks(gpus[a], is_switch);
            for (std::size_t b = 0; b < gpus.size(); ++b)
                if (a != b) machine.links[a][b] = nvlinks(gpus[a], [&](hwloc_obj_t end) { return end == gpus[b]; });
        }
    }

    /// Adds links of Infinity Fabric: as many as a pair has times the bandwidth of the one with the least.
    void add_fabric_to(located_machine& machine, const std::vector<hwloc_obj_t>& gpus) const {
        if (bandwidths_ == nullptr) return;
        reserve(machine);
        machine.fabric = true;
        std::uint64_t least = 0;
        for (const hwloc_obj_t a : gpus)
            for (const hwloc_obj_t b : gpus)
                if (const std::uint64_t value = a == b ? 0 : bandwidth(a, [&](hwloc_obj_t end) { return end == b; });
                    value > 0 && (least == 0 || value < least))
                    least = value;
        for (std::size_t a = 0; a < gpus.size() && least > 0; ++a)
            for (std::size_t b = 0; b < gpus.size(); ++b) {
                if (a == b) continue;
                const std::uint64_t all = bandwidth(gpus[a], [&](hwloc_obj_t end) { return end == gpus[b]; });
                machine.links[a][b] = static_cast<int>(std::min<std::uint64_t>(255, all / least));
            }
    }

  private:
    static void reserve(located_machine& machine) {
        const std::size_t gpus = machine.gpus.size();
        machine.links.assign(gpus, std::vector<int>(gpus, 0));
        machine.switch_links.assign(gpus, 0);
    }

    /// A bridge, or what hwloc calls an NVSwitch: some drivers hide the class of one.
    static bool is_switch(hwloc_obj_t object) {
        const bool bridge = object->type == HWLOC_OBJ_PCI_DEVICE && object->attr->pcidev.class_id >> 8 == 0x06;
        return bridge || (object->subtype != nullptr && std::string_view{object->subtype} == "NVSwitch");
    }
    static hwloc_obj_t pci_device_of(hwloc_obj_t object) {
        return object->type == HWLOC_OBJ_OS_DEVICE && object->parent != nullptr ? object->parent : object;
    }

    /// Between a GPU and the ends that `is_end` accepts.
    template <class IsEnd> [[nodiscard]] std::uint64_t bandwidth(hwloc_obj_t gpu, IsEnd is_end) const {
        std::uint64_t sum = 0;
        for (unsigned row = 0; row < bandwidths_->nbobjs; ++row) {
            if (bandwidths_->objs[row] == nullptr || pci_device_of(bandwidths_->objs[row]) != gpu) continue;
            for (unsigned column = 0; column < bandwidths_->nbobjs; ++column) {
                if (column == row || bandwidths_->objs[column] == nullptr) continue;
                if (is_end(pci_device_of(bandwidths_->objs[column])))
                    sum += bandwidths_->values[std::size_t{row} * bandwidths_->nbobjs + column];
            }
        }
        return sum;
    }

    /// How many NVLinks of a GPU lead to the ends that `is_end` accepts. One carries 20 GB/s of Pascal, whose device numbers
    /// end at 0x1cff, and 25 GB/s since; some versions of hwloc count twice as much from Ampere (0x2000) on.
    template <class IsEnd> [[nodiscard]] int nvlinks(hwloc_obj_t gpu, IsEnd is_end) const {
        const unsigned device = gpu->attr->pcidev.device_id;
        std::uint64_t each = device < 0x1d00 ? 20'000 : 25'000;
        if (device >= 0x2000 && bandwidth(gpu, [](hwloc_obj_t) { return true; }) > each * max_nvlinks) each *= 2;
        return static_cast<int>(std::min<std::uint64_t>(255, bandwidth(gpu, is_end) / each));
    }

    hwloc_topology_t topology_;
    hwloc_distances_s* bandwidths_ = nullptr;
};

} // namespace gpupack::io::detail
