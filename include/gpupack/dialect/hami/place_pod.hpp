// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/hami/detail/pod_devices.hpp>
#include <gpupack/dialect/hami/detail/pod_fit.hpp>
#include <gpupack/dialect/hami/detail/pod_use.hpp>
#include <gpupack/dialect/hami/pod.hpp>
#include <gpupack/dialect/hami/pod_option.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/slot_list.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/profile_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

namespace detail {

/// What a pod counts for on a GPU, as shares that stand there side by side: one for each container, or one for an init container.
inline void book_shares(hami_pod_option& option, const std::vector<hami_grant>& on_gpu, int gpu,
                        const hami_gpu_use& use) {
    std::int64_t memory = use.memory;
    std::int64_t compute = use.compute;
    for (const hami_grant& each : on_gpu) {
        memory -= each.memory.count();
        compute -= each.compute.count();
    }
    for (int slot = 0; slot < use.slots; ++slot) {
        slice part;
        if (static_cast<std::size_t>(slot) < on_gpu.size()) {
            part.memory = on_gpu[static_cast<std::size_t>(slot)].memory;
            part.compute = on_gpu[static_cast<std::size_t>(slot)].compute;
        }
        if (slot == 0) { // what an init container has beyond them
            part.memory += mebibytes{memory};
            part.compute += milli_gpu{compute};
        }
        option.bookings.push_back({gpu, 0, part});
    }
}

/// Fills in what is booked for a pod on a node, with its init containers or once they have ended.
inline void book_pod(hami_pod_option& option, const node_view& node, const hami_pod& pod, bool has_init = true) {
    hami_pod_use use;
    std::size_t asking = 0; // containers so far that ask for GPUs
    std::vector<std::vector<hami_grant>> running(static_cast<std::size_t>(node.gpu_count()));
    const auto add = [&](const std::vector<hami_grant>& grants, bool is_init) {
        const bool counts_as_init = pod.miscounts_init ? asking < pod.init.size() : is_init;
        if (!grants.empty()) ++asking;
        if (counts_as_init && !has_init) return;
        use.add(grants, counts_as_init);
        for (const hami_grant& each : grants) {
            const gpu_capacity& capacity = node.capacity(each.gpu);
            if (each.slot < 0) {
                if (!counts_as_init) running[static_cast<std::size_t>(each.gpu)].push_back(each);
                continue;
            }
            const partition_slot& slot = capacity.mig->slots[each.slot];
            const instance part{.profiles = profile_set::of(capacity.mig->first_id + slot.profile),
                                .memory = each.memory,
                                .compute = each.compute,
                                .rule = {.books_profile = true}};
            const auto same = [&](const hami_booking& other) {
                return other.gpu == each.gpu && (capacity.mig->slots[other.slot].taken & slot.taken) != 0;
            };
            // An init container has gone when the others start, so that they may have its instances.
            if (std::none_of(option.bookings.begin(), option.bookings.end(), same))
                option.bookings.push_back({each.gpu, each.slot, part});
        }
    };
    for (const auto& grants : option.init) add(grants, true);
    for (const auto& grants : option.containers) add(grants, false);
    for (int i = 0; i < node.gpu_count(); ++i)
        if (!(node.capacity(i).only == sharing::mig))
            book_shares(option, running[static_cast<std::size_t>(i)], i, use.of(i));
}

/// What HAMi would do with a pod on a node; nothing where it does not fit.
[[nodiscard]] inline std::optional<hami_pod_option> hami_option_on(const node_view& node, const hami_pod& pod,
                                                                   const hami_id_lists& ids) {
    if (node.closed() || pod.cpu > node.cpu_free() || pod.memory > node.memory_free()) return std::nullopt;
    hami_pod_option option{.node = node.id(), .score = hami_node{pod.nodes}(node, {.gpus = 1})};
    const std::vector<hami_device> devices = hami_devices(node, pod, ids);
    // Init containers run one after the other, each with all that is free; but a quota sees those before.
    hami_node_fit init{pod, node.type(), devices, true};
    for (const hami_demand& each : pod.init) {
        auto grants = init.place_alone(each, devices);
        if (!grants) return std::nullopt;
        option.init.push_back(std::move(*grants));
    }
    hami_node_fit together{pod, node.type(), devices, false};
    for (const hami_demand& each : pod.containers) {
        auto grants = together.place(each);
        if (!grants) return std::nullopt;
        option.containers.push_back(std::move(*grants));
    }
    book_pod(option, node, pod);
    return option;
}

} // namespace detail

/// What HAMi could do with a pod: the nodes that it fits, and there the GPUs of each container.
///
/// Containers run together and may share GPUs; init containers run before them, so that of each GPU the larger of both counts. A
/// container may get several MIG instances of one GPU.
///
/// Ties: devices that HAMi orders alike are taken from the highest number down, as for devices that are registered by number; on
/// nodes of more than 12 GPUs its sort is not stable, and this one is.
/// Cost: for each node, a sort of its GPUs a container; under `topology-aware`, a look at every set of so many GPUs that fit.
/// Source: HAMi's scoreNode, fitInDevices and Fit (docs/sources.md#hami).
///
/// @param cluster  the cluster
/// @param pod      with demands as hami_normalise makes them
/// @return one for each node that it fits, by node
[[nodiscard]] inline std::vector<hami_pod_option> hami_pod_options(const cluster& cluster, const hami_pod& pod) {
    const detail::hami_id_lists ids{cluster, pod};
    std::vector<hami_pod_option> options;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        if (!cluster.contains(cluster.id_at(n))) continue;
        if (auto option = detail::hami_option_on(cluster.node_at(n), pod, ids)) options.push_back(std::move(*option));
    }
    return options;
}

/// Where HAMi puts a pod: the option with the highest score.
///
/// Ties: lower node; there chance.
///
/// @param cluster  the cluster
/// @param pod      with demands as hami_normalise makes them
/// @return nothing where it fits no node
[[nodiscard]] inline std::optional<hami_pod_option> hami_place_pod(const cluster& cluster, const hami_pod& pod) {
    std::optional<hami_pod_option> best;
    for (hami_pod_option& each : hami_pod_options(cluster, pod))
        if (!best || best->score < each.score) best = std::move(each);
    return best;
}

/// What a pod counts for on a node where another scheduler has given its containers their GPUs.
///
/// @param node    the node, before the pod is taken
/// @param pod     the pod
/// @param option  what each container gets
/// @return the bookings, in place of those of the option
[[nodiscard]] inline std::vector<hami_booking> hami_bookings(const node_view& node, const hami_pod& pod,
                                                             hami_pod_option option) {
    option.bookings.clear();
    detail::book_pod(option, node, pod);
    return option.bookings;
}

/// What a pod counts for once its init containers have ended: release what it has, and take this with hami_take.
///
/// @param node    the node on which it is
/// @param pod     the pod
/// @param option  what each container got
[[nodiscard]] inline std::vector<hami_booking> hami_bookings_after_init(const node_view& node, const hami_pod& pod,
                                                                        hami_pod_option option) {
    option.bookings.clear();
    detail::book_pod(option, node, pod, false);
    return option.bookings;
}

/// What a pod uses of its namespace's quota: to be added to hami_quota when it is taken, and taken off when it is released.
[[nodiscard]] inline hami_usage hami_usage_of(const hami_pod_option& option) {
    hami_usage usage;
    for (const hami_booking& each : option.bookings) {
        usage.memory += each.part.memory().count();
        usage.cores += each.part.compute().count() / 10;
    }
    return usage;
}

/// Takes what a pod counts for: a placement for each container on a GPU. CPU and memory of the host are part of the first. A pod
/// without GPUs, which HAMi leaves to kube-scheduler, takes nothing.
///
/// @param cluster  the cluster for which the option was found, as it was then
/// @param option   of hami_place_pod or hami_pod_options, with bookings
/// @param pod      the same pod
/// @return the placements; none and nothing taken where one of them does not fit (any more)
[[nodiscard]] inline std::vector<placement> hami_take(cluster& cluster, const hami_pod_option& option,
                                                      const hami_pod& pod) {
    std::vector<placement> placements;
    for (const hami_booking& each : option.bookings) {
        request part{.gpus = 1, .share = each.part};
        if (placements.empty()) {
            part.cpu = pod.cpu;
            part.memory = pod.memory;
        }
        slot_list slots;
        if (each.part.way() == sharing::mig) slots.set(0, each.slot);
        if (const auto placed = cluster.try_take(option.node, gpu_set::of(each.gpu), part, slots)) {
            placements.push_back(*placed);
            continue;
        }
        for (const placement& other : placements) cluster.give_back(other);
        return {};
    }
    return placements;
}

} // namespace gpupack::dialect
