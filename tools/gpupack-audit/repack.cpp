// SPDX-License-Identifier: Apache-2.0
#include "audit.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/gpu_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace audit_program {

namespace {

/// The nodes of a system as a cluster of gpupack, empty; nothing where there are none. Systems differ in their units.
std::optional<gpupack::cluster> empty_cluster(const io::gpu_inventory& inventory, io::gpu_sharing_system system) {
    gpupack::cluster_builder builder;
    bool any = false;
    for (const io::inventory_node& node : inventory.nodes) {
        const auto usable = std::ranges::count_if(
            node.gpus, [](const io::inventory_gpu& gpu) { return gpu.healthy && gpu.memory > 0; });
        if (node.system != system || usable == 0 || usable > 32) continue;
        // A model for each size: the amounts are in the system's own unit.
        const gpupack::gpu_model model{
            .model = gpupack::name{std::string{name_of(node.system)} + "-" + std::to_string(node.gpus[0].memory)},
            .memory = gpupack::mebibytes{node.gpus[0].memory}};
        builder.add_node(node.name, {.gpus = {static_cast<int>(usable), model}});
        any = true;
    }
    if (!any) return std::nullopt;
    auto built = std::move(builder).build();
    return built ? std::optional{std::move(*built)} : std::nullopt;
}

std::vector<gpupack::request> requests_of(const io::gpu_inventory& inventory, io::gpu_sharing_system system) {
    std::vector<gpupack::request> made;
    for (const io::inventory_pod& pod : inventory.pods)
        for (const io::inventory_share& share : pod.shares)
            if (pod.system == system && share.gpu && share.memory > 0)
                made.push_back(
                    {.gpus = 1,
                     .share = gpupack::slice{gpupack::mebibytes{share.memory}, gpupack::milli_gpu{share.cores * 10}}});
    return made;
}

template <class Policy> repacking repack_with(const std::string& name, const gpupack::cluster& empty,
                                              std::vector<gpupack::request> requests, int orders,
                                              const Policy& policy) {
    repacking made{.policy = name, .orders = orders};
    double squares = 0;
    for (int order = 0; order < orders; ++order) {
        gpupack::random_stream random{static_cast<std::uint64_t>(order) + 1};
        gpupack::shuffle(requests, random);
        gpupack::scheduler scheduler{empty, policy};
        std::vector<std::pair<std::size_t, std::uint32_t>> occupied; // node and GPUs
        for (const gpupack::request& request : requests) {
            const auto placed = scheduler.try_place(request);
            if (!placed)
                made.lost += 1.0 / orders;
            else
                occupied.emplace_back(static_cast<std::size_t>(placed->node.number()), placed->gpus.bits());
        }
        std::sort(occupied.begin(), occupied.end());
        occupied.erase(std::unique(occupied.begin(), occupied.end()), occupied.end());
        const auto count = static_cast<double>(occupied.size()); // each share takes one GPU
        made.mean += count / orders;
        squares += count * count / orders;
    }
    made.deviation = std::sqrt(std::max(0.0, squares - made.mean * made.mean));
    return made;
}

} // namespace

std::vector<repacking> repack(const io::gpu_inventory& inventory, int orders) {
    std::vector<repacking> made;
    for (const auto system :
         {io::gpu_sharing_system::gpushare, io::gpu_sharing_system::hami, io::gpu_sharing_system::volcano}) {
        const auto empty = empty_cluster(inventory, system);
        const std::vector<gpupack::request> requests = requests_of(inventory, system);
        if (!empty || requests.empty() || orders == 0) continue;
        const std::string name{name_of(system)};
        made.push_back(repack_with(name + ", first-fit", *empty, requests, orders, gpupack::policy::first_fit{}));
        made.push_back(repack_with(name + ", best-fit", *empty, requests, orders, gpupack::policy::best_fit{}));
        made.push_back(repack_with(name + ", worst-fit", *empty, requests, orders, gpupack::policy::worst_fit{}));
    }
    return made;
}

} // namespace audit_program
