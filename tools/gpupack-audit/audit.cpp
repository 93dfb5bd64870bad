// SPDX-License-Identifier: Apache-2.0
#include "audit.hpp"

#include <gpupack/dialect/kubernetes/dra/allocated_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace audit_program {

namespace {

namespace dra = gpupack::dialect::dra;
using io::gpu_sharing_system;
using io::inventory_gpu;
using io::inventory_node;
using io::inventory_pod;

std::int64_t free_memory(const inventory_gpu& gpu) {
    return std::max<std::int64_t>(0, gpu.memory - gpu.used_memory);
}

/// Why nothing can be placed on a GPU, or nothing.
std::string closed(const inventory_gpu& gpu) {
    if (!gpu.healthy) return "unhealthy GPU";
    if (gpu.cordoned) return "cordoned GPU";
    if (gpu.used_slots >= gpu.slots) return "no slot left";
    return gpu.used_cores >= gpu.cores ? "no cores left" : "";
}

/// What a pod takes of the memory of a GPU; all of it where it names none.
std::int64_t need(const inventory_pod& pod, const inventory_gpu& gpu) {
    if (pod.memory > 0) return pod.memory;
    return pod.memory_percent > 0 ? gpu.memory * pod.memory_percent / 100 : gpu.memory;
}
bool fits(const inventory_pod& pod, const inventory_gpu& gpu) {
    return closed(gpu).empty() && need(pod, gpu) <= free_memory(gpu) && pod.cores <= gpu.cores - gpu.used_cores;
}

/// The least memory that any pod of a system asks for.
std::int64_t smallest_request(const io::gpu_inventory& inventory, gpu_sharing_system system) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const inventory_pod& pod : inventory.pods)
        if (pod.system == system && pod.memory > 0) least = std::min(least, pod.memory);
    return least == std::numeric_limits<std::int64_t>::max() ? 1 : least;
}

void add_memory(report& made) {
    for (const inventory_node& node : made.inventory.nodes) {
        if (node.gpus.empty()) continue;
        memory_totals& totals = made.memory[std::string{name_of(node.system)}];
        const std::int64_t least = smallest_request(made.inventory, node.system);
        for (const inventory_gpu& gpu : node.gpus) {
            const std::int64_t free = free_memory(gpu);
            totals.total += gpu.memory;
            totals.used += gpu.used_memory;
            totals.occupied += gpu.used_slots > 0 ? 1 : 0;
            std::string cause = closed(gpu);
            if (cause.empty() && free > 0 && free < least) cause = "less than the smallest request";
            if (!cause.empty()) {
                if (free > 0) totals.stranded[cause] += free;
                continue;
            }
            totals.free += free;
            totals.largest = std::max(totals.largest, free);
        }
    }
}

void add_counts(report& made) {
    for (const inventory_node& node : made.inventory.nodes)
        for (const io::inventory_count& count : node.counts) {
            count_totals& totals = made.counts[count.resource];
            totals.total += count.total;
            totals.used += count.used;
            totals.largest = std::max(totals.largest, count.total - count.used);
        }
}

std::string request_text(const inventory_pod& pod) {
    std::string text = std::to_string(pod.gpus) + " " +
                       (pod.resource.empty() ? "GPU of " + std::string{name_of(pod.system)} : pod.resource);
    if (pod.memory > 0)
        text += ", memory " + std::to_string(pod.memory);
    else if (pod.memory_percent > 0)
        text += ", memory " + std::to_string(pod.memory_percent) + " %";
    if (pod.cores > 0) text += ", cores " + std::to_string(pod.cores) + " %";
    return text;
}

/// Why a pod that shares GPUs fits nowhere: the node that lacks least.
std::string why_not_shared(const inventory_pod& pod, const io::gpu_inventory& inventory) {
    std::string best = "no node of " + std::string{name_of(pod.system)} + " has GPUs";
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t largest = 0;
    for (const inventory_node& node : inventory.nodes)
        for (const inventory_gpu& gpu : node.gpus)
            if (node.system == pod.system) largest = std::max(largest, gpu.memory);
    if (largest > 0 && pod.memory > largest)
        return "no GPU has that much memory: the largest has " + std::to_string(largest);
    for (const inventory_node& node : inventory.nodes) {
        if (node.system != pod.system || node.gpus.empty()) continue;
        std::vector<std::int64_t> lacks;
        for (const inventory_gpu& gpu : node.gpus)
            if (closed(gpu).empty())
                lacks.push_back(std::max<std::int64_t>(0, need(pod, gpu) - free_memory(gpu)) +
                                std::max<std::int64_t>(0, pod.cores - (gpu.cores - gpu.used_cores)));
        const auto wants = static_cast<std::size_t>(pod.gpus);
        if (lacks.size() < wants) {
            if (least == std::numeric_limits<std::int64_t>::max())
                best = "node " + node.name + " has " + std::to_string(lacks.size()) + " GPUs that take tasks, of " +
                       std::to_string(wants) + " that it needs";
            continue;
        }
        std::ranges::sort(lacks);
        std::int64_t missing = 0;
        for (std::size_t i = 0; i < wants; ++i) missing += lacks[i];
        if (missing >= least) continue;
        least = missing;
        best = "node " + node.name + " lacks least: " + std::to_string(missing) + " more memory or cores free on " +
               std::to_string(wants) + " of its GPUs would do";
    }
    return best;
}

void add_waiting(report& made) {
    for (const inventory_pod& pod : made.inventory.pods) {
        if (!pod.waits()) continue;
        waiting_pod waiting{.name = pod.name, .request = request_text(pod)};
        std::int64_t most_free = 0;
        std::string most_free_node;
        for (const inventory_node& node : made.inventory.nodes) {
            if (!pod.resource.empty()) {
                for (const io::inventory_count& count : node.counts) {
                    if (count.resource != pod.resource) continue;
                    if (count.total - count.used >= pod.gpus) ++waiting.fitting_nodes;
                    if (count.total - count.used > most_free || most_free_node.empty()) {
                        most_free = count.total - count.used;
                        most_free_node = node.name;
                    }
                }
            } else if (node.system == pod.system && std::ranges::count_if(node.gpus, [&](const inventory_gpu& gpu) {
                                                        return fits(pod, gpu);
                                                    }) >= pod.gpus) {
                ++waiting.fitting_nodes;
            }
        }
        if (waiting.fitting_nodes == 0 && pod.system == gpu_sharing_system::kai)
            waiting.reason = "whether KAI could place it is not known: its GPUs are counted only";
        else if (waiting.fitting_nodes == 0 && pod.resource.empty())
            waiting.reason = why_not_shared(pod, made.inventory);
        else if (waiting.fitting_nodes == 0 && most_free_node.empty())
            waiting.reason = "no node has " + pod.resource;
        else if (waiting.fitting_nodes == 0)
            waiting.reason = "node " + most_free_node + " has most free, " + std::to_string(most_free) + ": " +
                             std::to_string(pod.gpus - most_free) + " more there would do";
        made.waiting.push_back(std::move(waiting));
    }
}

/// Whether the counters of its pool suffice for a device.
bool suffices(const dra::node_devices& devices, const dra::node_use& use, const dra::node_device& one) {
    const auto& counters = devices.pools()[one.pool].counters;
    const auto& free = use.free(one.pool);
    for (std::size_t i = 0; i < counters.size(); ++i) {
        auto left = free[i];
        for (const dra::counter_need& amount : one.needs)
            if (amount.counter == counters[i].first) left -= amount.amount;
        if (left < 0) return false;
    }
    return true;
}

void add_dra(report& made, const io::dra_objects& objects) {
    dra::allocated_devices in_use;
    for (const dra::resource_claim& claim : objects.claims)
        if (claim.allocation) in_use.add(*claim.allocation);
    for (const dra::kubernetes_node& node : objects.nodes) {
        const auto devices = dra::node_devices::gather(objects.slices, node);
        if (!devices) {
            made.inventory.remarks.push_back("node " + node.name + ": " + devices.error().text());
            continue;
        }
        const dra::node_use use{*devices, in_use};
        std::map<std::string, dra_node> drivers;
        for (std::size_t i = 0; i < devices->devices().size(); ++i) {
            const dra::node_device& one = devices->devices()[i];
            dra_node& totals = drivers[devices->pools()[one.pool].driver];
            ++totals.devices;
            if (use.exclusive(i) || use.shared(i))
                ++totals.used;
            else if (suffices(*devices, use, one))
                ++totals.takeable;
            else
                ++totals.blocked;
        }
        for (auto& [driver, totals] : drivers) {
            totals.name = node.name;
            totals.driver = driver;
            made.dra.push_back(totals);
        }
    }
}

} // namespace

report audit(io::gpu_inventory inventory, const io::dra_objects& objects) {
    report made{.inventory = std::move(inventory)};
    add_memory(made);
    add_counts(made);
    add_waiting(made);
    add_dra(made, objects);
    return made;
}

} // namespace audit_program
