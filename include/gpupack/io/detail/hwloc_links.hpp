// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/hwloc_devices.hpp>
#include <gpupack/io/detail/hwloc_matrix.hpp>
#include <gpupack/io/detail/hwloc_objects.hpp>
#include <gpupack/io/detail/located_machine.hpp>
#include <gpupack/io/detail/pci_device.hpp>
#include <gpupack/io/detail/xml_source.hpp>
#include <gpupack/topology/link.hpp>

#include <pugixml.hpp>

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

/// The links of GPUs beside PCIe, where hwloc was built with its NVML or ROCm SMI plugin: megabytes a second to other GPUs and
/// to NVSwitches.
///
/// Source: hwloc's matrices NVLinkBandwidth and XGMIBandwidth (docs/sources.md#hwloc).
class hwloc_links {
  public:
    /// @param source   the text
    /// @param objects  its objects
    /// @param devices  the GPUs among them
    hwloc_links(const xml_source& source, const hwloc_objects& objects, const hwloc_devices& devices)
        : source_{source}, objects_{objects}, devices_{devices} {}

    /// Adds NVLinks, to GPUs and to switches, and links of Infinity Fabric.
    ///
    /// @param root     the element topology
    /// @param machine  gets them
    /// @return what is wrong with one of the matrices, if something is
    [[nodiscard]] std::optional<input_error> add_to(const pugi::xml_node& root, located_machine& machine) {
        const hwloc_matrix_reader reader{source_, root};
        for (const char* const name : {"XGMIBandwidth", "NVLinkBandwidth"}) {
            const auto matrix = reader.read(name);
            if (!matrix) return matrix.error();
            if (!*matrix) continue;
            if (auto problem = sum(**matrix, name, machine)) return problem;
            if (machine.links.empty()) {
                machine.links.assign(gpus(), std::vector<int>(gpus(), 0));
                machine.switch_links.assign(gpus(), 0);
            }
            if (std::string_view{name} == "XGMIBandwidth")
                add_fabric(machine);
            else
                add_nvlinks(machine, version_of_hwloc(root));
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::size_t gpus() const { return devices_.gpus.size(); }

    /// The version that wrote the file: an info of the machine until version 2 of the format, of the topology since.
    [[nodiscard]] static std::string_view version_of_hwloc(const pugi::xml_node& root) {
        for (const pugi::xml_node& place : {root, root.child("object")})
            if (const auto info = place.find_child_by_attribute("info", "name", "hwlocVersion"))
                return attribute_of(info, "value");
        return {};
    }

    /// Sums the bandwidths of a matrix: from each GPU to each, to switches, and to anything.
    [[nodiscard]] std::optional<input_error> sum(const hwloc_matrix& matrix, const char* name,
                                                 located_machine& machine) {
        if (auto problem = number_objects()) return problem;
        to_gpus_.assign(gpus(), std::vector<std::uint64_t>(gpus(), 0));
        to_switches_.assign(gpus(), 0);
        to_all_.assign(gpus(), 0);
        std::vector<int> ends; // [objects of the matrix]
        for (const auto& object : matrix.objects) {
            const auto place = numbers_.find(object);
            ends.push_back(place == numbers_.end() ? missing : place->second);
        }
        if (const auto gone = std::count(ends.begin(), ends.end(), missing); gone > 0)
            machine.left_out.push_back({source_.line_of(matrix.node), name,
                                        std::to_string(gone).append(" of its objects are not in the file")});
        for (std::size_t row = 0; row < ends.size(); ++row) {
            if (ends[row] < 0) continue;
            const auto gpu = static_cast<std::size_t>(ends[row]);
            for (std::size_t column = 0; column < ends.size(); ++column) {
                const std::uint64_t value = matrix.values[row * ends.size() + column];
                if (column == row || ends[column] == missing) continue;
                to_all_[gpu] += value;
                if (ends[column] == a_switch) to_switches_[gpu] += value;
                if (ends[column] >= 0) to_gpus_[gpu][static_cast<std::size_t>(ends[column])] += value;
            }
        }
        return std::nullopt;
    }

    /// Says of each object with a number whether it is a GPU, or belongs to one, or a switch. An object of the operating
    /// system stands for the PCI device above it.
    [[nodiscard]] std::optional<input_error> number_objects() {
        if (!numbers_.empty()) return std::nullopt;
        std::map<std::size_t, int> gpu_of;
        for (std::size_t g = 0; g < gpus(); ++g) gpu_of.emplace(devices_.gpus[g], static_cast<int>(g));
        for (std::size_t o = 0; o < objects_.all.size(); ++o) {
            const hwloc_object& object = objects_.all[o];
            const bool inner = object.kind == hwloc_kind::os_device && object.parent >= 0;
            const auto device = inner ? static_cast<std::size_t>(object.parent) : o;
            const auto gpu = gpu_of.find(device);
            const int end = gpu != gpu_of.end() ? gpu->second : is_switch(objects_.all[device]) ? a_switch : something;
            const auto number = number_of(object.node);
            const std::string type{attribute_of(object.node, "type")};
            if (number && !numbers_.emplace(std::pair{type, *number}, end).second)
                return source_.wrong(object.node, "gp_index", std::to_string(*number),
                                     "a number that no other object of its type has");
        }
        return std::nullopt;
    }

    /// Its gp_index, or since version 3 its id, "obj802".
    [[nodiscard]] static std::optional<std::uint64_t> number_of(const pugi::xml_node& node) {
        const std::string_view id = attribute_of(node, "id");
        if (const auto number = large_number(attribute_of(node, "gp_index"))) return number;
        return id.starts_with("obj") ? large_number(id.substr(3)) : std::nullopt;
    }

    /// A bridge, or what hwloc calls an NVSwitch: some drivers hide the class of one.
    [[nodiscard]] static bool is_switch(const hwloc_object& object) {
        if (attribute_of(object.node, "subtype") == "NVSwitch") return true;
        pci_device device;
        return object.kind == hwloc_kind::pci_device && read_pci_type(attribute_of(object.node, "pci_type"), device) &&
               device.pci_class >> 8 == 0x06;
    }

    /// One link carries 20 GB/s of Pascal, whose device numbers end at 0x1cff, and 25 GB/s since. hwloc 2.9.0 counts twice as
    /// much from Ampere (0x2000) on, and later versions rightly for Blackwell; GPUs with all of their links show it.
    [[nodiscard]] std::uint64_t bandwidth_of_link(std::size_t gpu, std::string_view hwloc_version) const {
        const unsigned chip = devices_.gpu_chips[gpu].device;
        if (chip < 0x1d00) return 20'000;
        const bool twice = hwloc_version == "2.9.0" || to_all_[gpu] > std::uint64_t{25'000} * max_nvlinks;
        return chip >= 0x2000 && twice ? 50'000 : 25'000;
    }

    void add_nvlinks(located_machine& machine, std::string_view hwloc_version) const {
        machine.fabric = false;
        for (std::size_t a = 0; a < gpus(); ++a) {
            const std::uint64_t each = bandwidth_of_link(a, hwloc_version);
            machine.switch_links[a] = static_cast<int>(std::min<std::uint64_t>(255, to_switches_[a] / each));
            for (std::size_t b = 0; b < gpus(); ++b)
                if (a != b) machine.links[a][b] = static_cast<int>(std::min<std::uint64_t>(255, to_gpus_[a][b] / each));
        }
    }

    /// As many links as a pair has times the bandwidth of the one with the least.
    void add_fabric(located_machine& machine) const {
        machine.fabric = true;
        std::uint64_t least = 0;
        for (std::size_t a = 0; a < gpus(); ++a)
            for (std::size_t b = 0; b < gpus(); ++b)
                if (a != b && to_gpus_[a][b] > 0 && (least == 0 || to_gpus_[a][b] < least)) least = to_gpus_[a][b];
        for (std::size_t a = 0; a < gpus() && least > 0; ++a)
            for (std::size_t b = 0; b < gpus(); ++b)
                if (a != b)
                    machine.links[a][b] = static_cast<int>(std::min<std::uint64_t>(255, to_gpus_[a][b] / least));
    }

    static constexpr int missing = -3;   // no object of the file
    static constexpr int something = -2; // neither GPU nor switch: a processor
    static constexpr int a_switch = -1;

    const xml_source& source_;
    const hwloc_objects& objects_;
    const hwloc_devices& devices_;
    std::map<std::pair<std::string, std::uint64_t>, int> numbers_; // GPU, or one of the above
    std::vector<std::vector<std::uint64_t>> to_gpus_;              // [GPUs][GPUs] megabytes a second
    std::vector<std::uint64_t> to_switches_;                       // [GPUs]
    std::vector<std::uint64_t> to_all_;                            // [GPUs]
};

} // namespace gpupack::io::detail
