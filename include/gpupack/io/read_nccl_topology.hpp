// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/located_machine.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/xml_source.hpp>
#include <gpupack/topology/pcie_location.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Collects GPUs, adapters and links from NCCL's tree of processors, PCI bridges and devices.
class nccl_devices {
  public:
    explicit nccl_devices(xml_source source) : source_{std::move(source)} {}

    [[nodiscard]] expected<described_machine, input_error> describe(const pugi::xml_node& system) {
        for (const pugi::xml_node& cpu : system.children("cpu")) {
            const int node = cpu.attribute("numaid").as_int(unknown_numa);
            walk(cpu, node < 0 ? unknown_numa : node);
        }
        if (machine_.gpus.empty())
            return unexpected<input_error>{source_.wrong(system, "GPUs", "", "a device of class 0x03, or a gpu")};
        if (machine_.gpus.size() > max_gpus_per_node)
            return unexpected<input_error>{
                source_.wrong(system, "GPUs", std::to_string(machine_.gpus.size()), "at most 32 on a node")};
        number_gpus();
        if (auto error = add_links()) return unexpected<input_error>{*std::move(error)};
        return machine_.describe("NCCL topology XML", source_.file());
    }

  private:
    /// A device in the tree, and what is above it.
    struct visit {
        pugi::xml_node node;
        pcie_location place;
    };

    [[nodiscard]] static std::string lower(std::string_view text) {
        std::string all{text};
        std::transform(all.begin(), all.end(), all.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return all;
    }

    [[nodiscard]] static bool is_gpu_class(std::string_view text) {
        return text.starts_with("0x03") || text.starts_with("0x1200");
    }

    /// Visits what hangs below a processor, without recursion: a file may nest as deep as it likes.
    void walk(const pugi::xml_node& cpu, int numa) {
        const int bridge = next_++;
        std::vector<visit> open;
        const auto push = [&](const pugi::xml_node& parent, const pcie_location& place) {
            std::vector<visit> children;
            for (const pugi::xml_node& child : parent.children())
                if (child.type() == pugi::node_element) children.push_back({child, place});
            open.insert(open.end(), children.rbegin(), children.rend());
        };
        push(cpu, {numa, bridge, -1, -1, -1});
        while (!open.empty() && machine_.gpus.size() + machine_.nics.size() < 10000) {
            const visit device = open.back();
            open.pop_back();
            const std::string_view kind = device.node.name();
            if (kind == "nic") add_adapter(device.node, "", device.place);
            if (kind != "pci") continue;
            const std::string id = lower(device.node.attribute("busid").value());
            const std::string type = lower(device.node.attribute("class").value());
            if (device.node.child("gpu") || is_gpu_class(type)) {
                add_gpu(device.node, id, device.place);
            } else if (device.node.child("nic") || type.starts_with("0x02")) {
                add_adapter(device.node.child("nic") ? device.node.child("nic") : device.node, id, device.place);
            } else { // a bridge: the first below a processor is the root of a tree of switches
                pcie_location below = device.place;
                below.hub = next_++;
                if (below.tree < 0) below.tree = below.hub;
                push(device.node, below);
            }
        }
    }

    void add_gpu(const pugi::xml_node& pci, const std::string& id, const pcie_location& place) {
        described_gpu gpu;
        gpu.bus_id = id;
        if (place.numa >= 0) gpu.numa = place.numa;
        const pugi::xml_node node = pci.child("gpu");
        gpu.index = node ? node.attribute("dev").as_int(-1) : -1;
        machine_.gpus.push_back({std::move(gpu), place});
        nodes_.push_back(node);
    }

    void add_adapter(const pugi::xml_node& node, const std::string& id, const pcie_location& place) {
        described_nic nic;
        nic.bus_id = id;
        nic.name = node.child("net").attribute("name").value();
        if (nic.name.empty()) nic.name = id;
        nic.label = nic.name;
        if (place.numa >= 0) nic.numa = place.numa;
        machine_.nics.push_back({std::move(nic), place});
    }

    /// By their dev, which is NVML's number, where each has another; otherwise by bus id, which is NVML's order.
    void number_gpus() {
        std::vector<std::size_t> order(machine_.gpus.size());
        std::vector<int> devices;
        for (std::size_t g = 0; g < order.size(); ++g) {
            order[g] = g;
            devices.push_back(machine_.gpus[g].gpu.index);
        }
        std::sort(devices.begin(), devices.end());
        const bool numbered =
            devices.front() >= 0 && std::adjacent_find(devices.begin(), devices.end()) == devices.end();
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const described_gpu& one = machine_.gpus[a].gpu;
            const described_gpu& other = machine_.gpus[b].gpu;
            return numbered ? one.index < other.index : one.bus_id < other.bus_id;
        });
        auto gpus = std::exchange(machine_.gpus, {});
        auto nodes = std::exchange(nodes_, {});
        for (const std::size_t g : order) {
            if (!numbered) gpus[g].gpu.index = static_cast<int>(machine_.gpus.size());
            machine_.gpus.push_back(std::move(gpus[g]));
            nodes_.push_back(nodes[g]);
        }
    }

    /// NVLinks, or Infinity Fabric: to GPUs by their bus ids, and to switches.
    [[nodiscard]] std::optional<input_error> add_links() {
        std::map<std::string, std::size_t> by_id;
        for (std::size_t g = 0; g < machine_.gpus.size(); ++g)
            if (!by_id.emplace(machine_.gpus[g].gpu.bus_id, g).second)
                return source_.wrong({}, "busid", machine_.gpus[g].gpu.bus_id, "each GPU once");
        machine_.links.assign(by_id.size(), std::vector<int>(by_id.size(), 0));
        machine_.switch_links.assign(by_id.size(), 0);
        for (std::size_t g = 0; g < nodes_.size(); ++g)
            for (const pugi::xml_node& link : nodes_[g].children()) {
                const std::string_view kind = link.name();
                if (kind != "nvlink" && kind != "xgmi") continue;
                machine_.fabric = kind == "xgmi";
                const std::string target = lower(link.attribute("target").value());
                const std::string type = lower(link.attribute("tclass").value());
                const auto count = small_number(link.attribute("count").value());
                if (!count || *count < 1 || *count > max_nvlinks)
                    return source_.wrong(link, "count", link.attribute("count").value(), "from 1 to 18 links");
                const auto end = by_id.find(target);
                if (end != by_id.end() && end->second != g)
                    machine_.links[g][end->second] += *count;
                else if (type.starts_with("0x0680") && type != "0x068001" && end == by_id.end())
                    machine_.switch_links[g] += *count;
                else
                    machine_.left_out.push_back({source_.line_of(link), target,
                                                 end == by_id.end()
                                                     ? "a link that leads to no GPU and no NVSwitch of the file"
                                                     : "a link of a GPU to itself"});
            }
        return std::nullopt;
    }

    xml_source source_;
    located_machine machine_;
    std::vector<pugi::xml_node> nodes_; // [GPUs]  gpu, or nothing
    int next_ = 0;
};

} // namespace detail

/// Reads the XML in which NCCL and RCCL describe a machine (NCCL_TOPO_DUMP_FILE), and which clouds ship for their virtual
/// machines (NCCL_TOPO_FILE). It has PCIe paths, NVLinks, NUMA nodes and adapters; a path over a processor's host bridges is PHB
/// there, as NCCL does not look at them one by one.
///
/// GPUs have the numbers of their `dev`, otherwise those of the order of their bus ids.
/// @param file     named in errors
/// @param content  the text
/// @return the description, or an error with its line: text that is not such XML, no GPU, a GPU twice, a number of links that
///         cannot be, what topology_error() finds
///
/// Source: docs/sources.md#nccl-topology.
[[nodiscard]] inline expected<described_machine, input_error> describe_nccl_topology(const std::string& file,
                                                                                     std::string_view content) {
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(content.data(), content.size());
    const auto wrong = [&](std::size_t line, std::string value) {
        return unexpected<input_error>{
            input_error{file, line, "document", std::move(value), "NCCL's topology in XML, <system> with <cpu> in it"}};
    };
    const detail::xml_source source{file, content};
    if (!parsed) return wrong(source.line_at(parsed.offset), parsed.description());
    const pugi::xml_node system = document.child("system");
    if (!system || !system.child("cpu")) return wrong(1, document.first_child().name());
    return detail::nccl_devices{source}.describe(system);
}

} // namespace gpupack::io
