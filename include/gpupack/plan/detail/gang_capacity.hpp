// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The free slots that a request for instances might take on a node. No two instances have the same one.
[[nodiscard]] inline std::int64_t free_slots(const node_view& node, const request& request) noexcept {
    std::int64_t slots = 0;
    for_each_gpu(fit::fitting_gpus(node, request), [&](int i) {
        const partition_table& table = *node.capacity(i).table(request.share.way());
        const std::uint64_t occupied = in_profiles(node.gpu(i).way) ? node.gpu(i).occupied() : 0;
        const std::uint32_t profiles = table.among(request.share.profiles());
        for (int slot = 0; slot < table.slot_count; ++slot)
            if ((profiles >> table.slots[slot].profile & 1U) != 0 && table.is_free(slot, occupied)) ++slots;
    });
    return slots;
}

/// A bound on how many members fit a node, by what is free of its CPU, memory, GPUs and compute.
///
/// @param node     as it is now
/// @param request  of each member
/// @param most     is returned where the node sets no lower bound
/// @return         0 where not even one fits
[[nodiscard]] inline std::int64_t most_members(const node_view& node, const request& request,
                                               std::int64_t most) noexcept {
    if (!fit::fits(node, request)) return 0;
    const auto limit = [&](std::int64_t free, std::int64_t each) {
        if (each > 0) most = std::min(most, free / each);
    };
    limit(node.cpu_free().count(), request.cpu.count());
    limit(node.memory_free().count(), request.memory.count());
    if (request.gpus > 0 && request.share.way() == sharing::exclusive) limit(node.idle_gpus(), request.gpus);
    if (request.gpus > 0 && request.share.way() == sharing::slices)
        limit(node.compute_free().count(), request.total_compute().count());
    if (request.gpus > 0 && in_profiles(request.share.way())) limit(free_slots(node, request), request.gpus);
    return most;
}

/// Whether members of one part may stand in the place of as many of another part, in whatever state a node is.
[[nodiscard]] inline bool is_at_most(const request& small, const request& large) noexcept {
    if (small.cpu > large.cpu || small.memory > large.memory || small.gpus > large.gpus) return false;
    if (!(small.models == large.models) || !(small.labels == large.labels) || !(small.ids == large.ids)) return false;
    if (small.gpus == 0) return large.gpus == 0;
    if (small.share == large.share && small.gpus == large.gpus && small.numa == large.numa) return true;
    if (small.numa != numa_alignment::none || small.share.way() != large.share.way() || small.share.is_split() ||
        large.share.is_split() || in_profiles(small.share.way()) || !small.share.rule().is_plain() ||
        !large.share.rule().is_plain())
        return false;
    return small.share.memory() <= large.share.memory() && small.share.compute() <= large.share.compute() &&
           small.share.memory_part() == large.share.memory_part() && small.share.rule() == large.share.rule();
}

/// Whether these nodes might hold the gang now. A no is proven: some part, with all that need as much as it does, has more
/// members than the nodes have room for, or all together need more than is free. Cost: a fit test a part and node.
[[nodiscard]] inline bool might_hold_now(const gang_board& board, const std::vector<node_id>& nodes) {
    std::int64_t idle = 0;
    std::int64_t cpu = 0;
    std::int64_t memory = 0;
    for (const node_id node : nodes) {
        const node_view view = board.view(node);
        if (view.closed()) continue;
        idle += view.idle_gpus();
        cpu += view.cpu_free().count();
        memory += view.memory_free().count();
    }
    for (std::size_t part = 0; part < board.parts(); ++part) {
        const request& request = board.request(part);
        if (request.gpus > 0 && request.share.way() == sharing::exclusive) idle -= board.count(part) * request.gpus;
        cpu -= board.count(part) * request.cpu.count();
        memory -= board.count(part) * request.memory.count();
        std::int64_t members = 0;
        for (std::size_t other = 0; other < board.parts(); ++other)
            if (other == part || is_at_most(request, board.request(other))) members += board.count(other);
        const std::int64_t most = std::min<std::int64_t>(members, board.gang().most_per_node);
        for (std::size_t i = 0; i < nodes.size() && members > 0; ++i)
            members -= most_members(board.view(nodes[i]), request, most);
        if (members > 0) return false;
    }
    return idle >= 0 && cpu >= 0 && memory >= 0;
}

/// A part of which not one member fits any of the nodes now, if there is one: nothing more needs to be tried.
[[nodiscard]] inline std::optional<std::size_t> part_without_room(const gang_board& board, node_range nodes) {
    for (std::size_t part = 0; part < board.parts(); ++part)
        if (std::none_of(nodes.begin(), nodes.end(), [&](node_id node) { return board.fits(part, node); })) return part;
    return std::nullopt;
}

/// Whether these nodes might hold the gang if they were empty; what is closed counts for nothing. A no is proven; members of
/// different parts are counted apart, so a yes may be wrong.
[[nodiscard]] inline bool might_fit_empty(const gang_board& board, node_range nodes) {
    const cluster& cluster = board.cluster();
    const auto open_gpus = [](const node_view& node) {
        int open = 0;
        for (int i = 0; i < node.gpu_count(); ++i) open += node.gpu(i).closed ? 0 : 1;
        return node.closed() ? 0 : open;
    };
    std::int64_t gpus_left = 0;
    for (const node_id node : nodes) gpus_left += open_gpus(cluster[node]);
    std::vector<std::int64_t> by_type;
    for (std::size_t part = 0; part < board.parts(); ++part) {
        const request& request = board.request(part);
        std::int64_t members = board.count(part);
        if (request.gpus > 0 && request.share.way() == sharing::exclusive) gpus_left -= members * request.gpus;
        const std::int64_t most = std::min<std::int64_t>(members, board.gang().most_per_node);
        by_type.assign(cluster.types().size(), -1);
        for (const node_id id : nodes) {
            if (members <= 0) break;
            const node_view node = cluster[id];
            if (node.closed()) continue;
            // Nodes of one type differ where GPUs are closed or asked for by id.
            const bool of_type = request.ids.is_any() && open_gpus(node) == node.gpu_count();
            std::int64_t apart = -1;
            std::int64_t& fitting =
                of_type ? by_type[static_cast<std::size_t>(&node.type() - cluster.types().data())] : apart;
            if (fitting < 0) fitting = most_members(fit::idle_node{node}.view(), request, most);
            members -= fitting;
        }
        if (members > 0) return false;
    }
    return gpus_left >= 0;
}

} // namespace gpupack::plan::detail
