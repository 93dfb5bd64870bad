// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/numa_numbers.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/pcie_location.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A machine whose devices are placed in its PCIe tree: what the readers of XML find.
struct located_machine {
    /// A GPU and its place.
    struct located_gpu {
        described_gpu gpu;
        pcie_location place;
    };
    /// An adapter and its place.
    struct located_nic {
        described_nic nic;
        pcie_location place;
    };
    std::vector<located_gpu> gpus;
    std::vector<located_nic> nics;
    std::vector<std::vector<int>> links; ///< [GPUs][GPUs] NVLinks as each GPU lists them; empty: none.
    std::vector<int> switch_links;       ///< [GPUs] NVLinks to switches; empty: none.
    bool fabric = false;                 ///< Whether the links are AMD's Infinity Fabric.
    std::vector<left_out_text> left_out;

    /// @return the description, or an error: two GPUs that disagree about their links, what topology_error() finds
    [[nodiscard]] expected<described_machine, input_error> describe(std::string format, const std::string& file) {
        described_machine machine;
        machine.format = std::move(format);
        std::vector<pcie_location> gpu_places;
        std::vector<std::pair<std::string, pcie_location>> nic_places;
        for (const located_gpu& each : gpus) machine.gpus.push_back(each.gpu);
        const std::vector<int> numa = numa_numbers(machine.gpus);
        for (std::size_t g = 0; g < gpus.size(); ++g) {
            gpu_places.push_back(gpus[g].place);
            gpu_places.back().numa = numa[g];
        }
        for (const located_nic& each : nics) {
            nic_places.emplace_back(each.nic.name, each.place);
            nic_places.back().second.numa = numa_of(each, numa);
        }
        machine.topology = wired(gpu_places, nic_places);
        if (auto wrong = add_all_links(machine.topology)) {
            wrong->file = file;
            return unexpected<input_error>{*std::move(wrong)};
        }
        if (auto wrong = topology_error(machine.topology)) {
            wrong->file = file;
            return unexpected<input_error>{*std::move(wrong)};
        }
        add_words(machine);
        machine.left_out = left_out;
        return machine;
    }

  private:
    /// The NUMA node of an adapter in the numbers of the topology.
    [[nodiscard]] int numa_of(const located_nic& adapter, const std::vector<int>& numa) const {
        for (std::size_t g = 0; g < gpus.size(); ++g)
            if (gpus[g].gpu.numa && gpus[g].gpu.numa == adapter.nic.numa) return numa[g];
        const int node = adapter.nic.numa.value_or(unknown_numa);
        return node > max_numa_node ? unknown_numa : node;
    }

    [[nodiscard]] std::optional<input_error> add_all_links(node_topology& topology) const {
        for (std::size_t a = 0; a < links.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const int one = links[a][b];
                const int other = links[b][a];
                if (one != other && one != 0 && other != 0)
                    return input_error{
                        {},
                        0,
                        std::string{"GPU"}.append(std::to_string(a)).append(" to GPU").append(std::to_string(b)),
                        std::to_string(one).append(" links"),
                        std::string{"as many as the other way, "}.append(std::to_string(other))};
                const int over_switches = switch_links.empty() ? 0 : std::min(switch_links[a], switch_links[b]);
                topology.switched = topology.switched || over_switches > 0;
                // more than 255 are wrong as well, and topology_error() finds them
                add_nvlinks(topology, a, b, std::min(255, std::max(one, other) + over_switches));
            }
        return std::nullopt;
    }

    void add_words(described_machine& machine) const {
        constexpr std::array<std::string_view, 6> paths{"SYS", "NODE", "PHB", "PXB", "PIX", "PSB"};
        const std::size_t count = gpus.size();
        machine.links.assign(count, std::vector<std::string>(count, "X"));
        for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < count; ++b) {
                const gpu_link& link = machine.topology.links[a][b];
                if (a == b) continue;
                machine.links[a][b] = link.nvlinks == 0 ? std::string{paths[static_cast<std::size_t>(link.pcie)]}
                                      : fabric          ? std::string{"XGMI"}
                                                        : std::string{"NV"}.append(std::to_string(link.nvlinks));
            }
        for (std::size_t n = 0; n < nics.size(); ++n) {
            machine.nics.push_back(nics[n].nic);
            for (const pcie_path path : machine.topology.nics[n].to_gpus)
                machine.nics.back().to_gpus.emplace_back(paths[static_cast<std::size_t>(path)]);
        }
    }
};

} // namespace gpupack::io::detail
