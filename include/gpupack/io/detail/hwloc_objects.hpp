// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/hwloc_bitmap.hpp>
#include <gpupack/io/detail/xml_source.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What an object of hwloc is, as far as it matters where devices hang.
enum class hwloc_kind {
    processors, ///< The machine, or a part of it: a package, a cache, a core.
    memory,     ///< A NUMA node, or the cache before one.
    bridge,     ///< A bridge on PCI: a host bridge, a port of a switch.
    pci_device, ///< A device on PCI.
    os_device,  ///< What the operating system makes of a device: nvml0, mlx5_0.
    misc,       ///< A remark.
};

/// An object of hwloc's tree.
struct hwloc_object {
    pugi::xml_node node;
    hwloc_kind kind = hwloc_kind::processors;
    int parent = -1; ///< Its place in the list of objects; -1: it is the root.
    int numa = -1;   ///< The lowest of its NUMA nodes; -1: it lists none.
};

/// The kind of a type, by its names in versions 1 to 3; none where hwloc has no such type.
[[nodiscard]] inline std::optional<hwloc_kind> hwloc_kind_of(std::string_view type) noexcept {
    constexpr std::array<std::pair<std::string_view, hwloc_kind>, 29> kinds{{
        {"PU", hwloc_kind::processors},       {"Core", hwloc_kind::processors},
        {"L1Cache", hwloc_kind::processors},  {"L2Cache", hwloc_kind::processors},
        {"L3Cache", hwloc_kind::processors},  {"L4Cache", hwloc_kind::processors},
        {"L5Cache", hwloc_kind::processors},  {"L1iCache", hwloc_kind::processors},
        {"L2iCache", hwloc_kind::processors}, {"L3iCache", hwloc_kind::processors},
        {"Cache", hwloc_kind::processors},    {"Package", hwloc_kind::processors},
        {"Socket", hwloc_kind::processors},   {"Die", hwloc_kind::processors},
        {"Group", hwloc_kind::processors},    {"Tile", hwloc_kind::processors},
        {"Module", hwloc_kind::processors},   {"Cluster", hwloc_kind::processors},
        {"Machine", hwloc_kind::processors},  {"System", hwloc_kind::processors},
        {"NUMANode", hwloc_kind::memory},     {"Node", hwloc_kind::memory},
        {"MemCache", hwloc_kind::memory},     {"Bridge", hwloc_kind::bridge},
        {"HostBridge", hwloc_kind::bridge},   {"PCIBridge", hwloc_kind::bridge},
        {"PCIDev", hwloc_kind::pci_device},   {"OSDev", hwloc_kind::os_device},
        {"Misc", hwloc_kind::misc},
    }};
    const auto* const found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& each) { return each.first == type; });
    if (found == kinds.end()) return std::nullopt;
    return found->second;
}

/// Lists the objects of a document in the order of the text, parents before their children.
class hwloc_objects {
  public:
    /// @param source   the text
    /// @param root     the element topology
    /// @param version  of the format, 1 to 3
    hwloc_objects(const xml_source& source, const pugi::xml_node& root, int version) : major{version}, source_{source} {
        const pugi::xml_node machine = root.child("object");
        const std::string_view type = attribute_of(machine, "type");
        const bool whole = type == "Machine" || type == "System" || (version == 1 && hwloc_kind_of(type));
        if (!whole) {
            problem = source_.wrong(machine ? machine : root, "type", type,
                                    "an object of type Machine, which holds all others");
            return;
        }
        list(machine);
    }

    int major = 2;                      ///< The version of the format, 1 to 3.
    std::vector<hwloc_object> all;      ///< All of them.
    int numa_nodes = 0;                 ///< How many of them are NUMA nodes.
    std::optional<input_error> problem; ///< Why the list is not whole, if it is not.

  private:
    static constexpr int deepest = 64; // objects within each other; real machines have less than 20

    /// Walks the tree without recursion: what is next after the last child of an object is its own next sibling.
    void list(const pugi::xml_node& machine) {
        pugi::xml_node node = machine;
        int parent = -1;
        int depth = 0;
        while (!problem) {
            if (!add(node, parent, depth)) return;
            if (const pugi::xml_node child = node.child("object")) {
                parent = static_cast<int>(all.size()) - 1;
                node = child;
                ++depth;
                continue;
            }
            while (node != machine && !node.next_sibling("object")) {
                node = node.parent();
                parent = all[static_cast<std::size_t>(parent)].parent;
                --depth;
            }
            if (node == machine) return;
            node = node.next_sibling("object");
        }
    }

    /// Whether an element, or a text between elements, may stand in an object.
    [[nodiscard]] static bool is_part(const pugi::xml_node& child) {
        constexpr std::array<std::string_view, 5> parts{"object", "info", "page_type", "userdata", "distances"};
        return child.type() != pugi::node_element || std::find(parts.begin(), parts.end(), child.name()) != parts.end();
    }

    /// @return whether the object is as it should be; otherwise `problem` says what is wrong
    bool add(const pugi::xml_node& node, int parent, int depth) {
        const auto kind = hwloc_kind_of(attribute_of(node, "type"));
        if (!kind)
            problem = source_.wrong(node, "type", attribute_of(node, "type"),
                                    "a type of hwloc's objects, as Package or PCIDev");
        for (const pugi::xml_node& child : node.children())
            if (!is_part(child) && !problem)
                problem =
                    source_.wrong(child, "element", child.name(), "object, info, page_type, userdata or distances");
        if (depth > deepest)
            problem = source_.wrong(node, "object", std::to_string(depth), "at most 64 objects within each other");
        if (problem) return false;
        hwloc_object object{node, *kind, parent};
        const bool has_sets = object.kind == hwloc_kind::processors || object.kind == hwloc_kind::memory;
        if (has_sets && !add_numa(object)) return false;
        const std::string_view type = attribute_of(node, "type");
        numa_nodes += type == "NUMANode" || type == "Node" ? 1 : 0;
        all.push_back(object);
        return true;
    }

    /// From its set of NUMA nodes; where that is empty, because the process that wrote the file may not use them, from all.
    /// Version 1 has no such set on machines without NUMA.
    bool add_numa(hwloc_object& object) {
        for (const char* const name : {"nodeset", "complete_nodeset"}) {
            const std::string_view text = attribute_of(object.node, name);
            if (text.empty() && (major == 1 || object.numa >= 0)) continue;
            const auto first = first_of_bitmap(text);
            if (!first) {
                problem = source_.wrong(object.node, name, text,
                                        "NUMA nodes as 0x and hexadecimal digits, in words between commas");
                return false;
            }
            if (object.numa < 0) object.numa = *first;
        }
        return true;
    }

    const xml_source& source_;
};

} // namespace gpupack::io::detail
