// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/nvml/detail/library.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::nvml {

/// A GPU as the driver describes it.
struct gpu {
    std::string name;   ///< "NVIDIA H100 80GB HBM3".
    std::string uuid;   ///< "GPU-...", as requests may name it.
    std::string bus_id; ///< On PCI, "00000000:1B:00.0".
    mebibytes memory{}; ///< In all, rounded down to MiB.
};

/// The GPUs of this machine, in the driver's order, and what connects them. Network adapters are unknown to NVML.
struct machine {
    std::vector<gpu> gpus;  ///< The GPUs, in the driver's order.
    node_topology topology; ///< What connects them.
};

namespace detail {

/// Asks the library about each GPU and each pair; the first call that fails is the error.
class inquiry {
  public:
    explicit inquiry(const library& library, std::string file)
        : library_{library}, call_{library.call}, file_{std::move(file)} {}

    [[nodiscard]] expected<machine, input_error> describe() {
        unsigned count = 0;
        if (!succeeded(call_.count(&count), "nvmlDeviceGetCount_v2", "")) return unexpected<input_error>{*error_};
        if (count > max_gpus_per_node)
            return unexpected<input_error>{input_error{file_, 0, "GPUs", std::to_string(count), "at most 32"}};
        std::vector<pcie_location> locations;
        for (unsigned i = 0; i < count && !error_; ++i) locations.push_back({.numa = add_gpu(i)});
        made_.topology = wired(locations);
        for (std::size_t a = 0; a < handles_.size() && !error_; ++a)
            for (std::size_t b = 0; b < a && !error_; ++b) {
                const pcie_path path = path_of(a, b);
                made_.topology.links[a][b].pcie = made_.topology.links[b][a].pcie = path;
            }
        for (std::size_t a = 0; a < handles_.size() && !error_; ++a) count_links(a);
        if (error_) return unexpected<input_error>{*error_};
        join_by_switches();
        if (auto wrong = topology_error(made_.topology)) return unexpected<input_error>{*std::move(wrong)};
        return std::move(made_);
    }

  private:
    bool succeeded(result answer, const char* call, const std::string& object) {
        if (answer == success) return true;
        if (!error_)
            error_ = input_error{file_, 0, std::string{call}.append(object.empty() ? "" : " of ").append(object),
                                 library_.text(answer), "an answer"};
        return false;
    }

    [[nodiscard]] static std::string gpu_name(std::size_t index) {
        return std::string{"GPU"}.append(std::to_string(index));
    }

    /// Adds a GPU.
    ///
    /// @return its NUMA node
    int add_gpu(unsigned index) {
        const std::string who = gpu_name(index);
        device handle = nullptr;
        char name[128] = {};
        char uuid[96] = {};
        memory_info memory{};
        pci_info pci{};
        if (!succeeded(call_.handle(index, &handle), "nvmlDeviceGetHandleByIndex_v2", who) ||
            !succeeded(call_.name(handle, name, sizeof name), "nvmlDeviceGetName", who) ||
            !succeeded(call_.uuid(handle, uuid, sizeof uuid), "nvmlDeviceGetUUID", who) ||
            !succeeded(call_.memory(handle, &memory), "nvmlDeviceGetMemoryInfo", who) ||
            !succeeded(call_.pci(handle, &pci), "nvmlDeviceGetPciInfo_v3", who))
            return 0;
        handles_.push_back(handle);
        made_.gpus.push_back({name, uuid, pci.bus_id, mebibytes{static_cast<std::int64_t>(memory.total >> 20)}});
        return numa_of(handle, pci);
    }

    /// The NUMA node of a GPU from NVML, otherwise from the kernel; 0 where neither knows.
    [[nodiscard]] int numa_of(device handle, const pci_info& pci) const {
        unsigned long nodes = 0;
        if (call_.memory_affinity != nullptr && call_.memory_affinity(handle, 1, &nodes, 0) == success && nodes != 0) {
            int node = 0;
            while ((nodes >> node & 1UL) == 0) ++node;
            return node;
        }
        std::string bus{pci.bus_id}; // 00000000:1B:00.0 is 0000:1b:00.0 there
        std::transform(bus.begin(), bus.end(), bus.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (bus.size() == 16) bus.erase(0, 4);
        std::ifstream file{std::string{"/sys/bus/pci/devices/"}.append(bus).append("/numa_node")};
        int node = 0;
        return file >> node && node > 0 ? node : 0;
    }

    [[nodiscard]] pcie_path path_of(std::size_t a, std::size_t b) {
        int level = 0;
        if (!succeeded(call_.common_ancestor(handles_[a], handles_[b], &level), "nvmlDeviceGetTopologyCommonAncestor",
                       gpu_name(a).append(" to ").append(gpu_name(b))))
            return pcie_path::cross_cpu;
        switch (level) {
        case 0: return pcie_path::same_board;
        case 10: return pcie_path::single_switch;
        case 20: return pcie_path::multi_switch;
        case 30: return pcie_path::host_bridge;
        case 40: return pcie_path::same_cpu;
        default: return pcie_path::cross_cpu;
        }
    }

    /// Adds the links of a GPU that are up, to a switch or to another GPU; both ends report a link, so one of them counts.
    void count_links(std::size_t a) {
        switch_links_.push_back(0);
        if (call_.link_state == nullptr || call_.link_remote_pci == nullptr) return;
        for (unsigned link = 0; link < max_nvlinks; ++link) {
            int up = 0;
            if (call_.link_state(handles_[a], link, &up) != success || up == 0) continue; // it has no such link
            constexpr int to_switch = 2;
            int type = 0;
            if (call_.link_remote_type != nullptr && call_.link_remote_type(handles_[a], link, &type) == success &&
                type == to_switch) {
                ++switch_links_[a];
                continue;
            }
            pci_info remote{};
            if (call_.link_remote_pci(handles_[a], link, &remote) != success) continue;
            for (std::size_t b = 0; b < a; ++b)
                if (made_.gpus[b].bus_id == remote.bus_id) add_nvlinks(made_.topology, a, b, 1);
        }
    }

    /// Two GPUs on switches can use as many links as the one with fewer has.
    void join_by_switches() {
        for (std::size_t a = 0; a < handles_.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const int links = std::min(switch_links_[a], switch_links_[b]);
                if (links == 0) continue;
                made_.topology.switched = true;
                add_nvlinks(made_.topology, a, b, links);
            }
    }

    const library& library_;
    const functions& call_;
    std::string file_;
    machine made_;
    std::vector<device> handles_;
    std::vector<int> switch_links_; // [GPUs]
    std::optional<input_error> error_;
};

} // namespace detail

/// Describes the machine that this runs on, by NVML, which is loaded for the call and unloaded again.
///
/// Cost: some milliseconds for each GPU and pair.
/// @param library  the file of NVML, as the loader finds it
/// @return the machine, or an error: no such library, as without NVIDIA's driver; a function that it lacks; a call that
///         fails, with the function and the GPU
[[nodiscard]] inline expected<machine, input_error> describe_machine(const std::string& library = "libnvidia-ml.so.1") {
    const auto opened = detail::library::open(library);
    if (!opened) return unexpected<input_error>{opened.error()};
    return detail::inquiry{*opened, library}.describe();
}

} // namespace gpupack::nvml
