#pragma once

#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::plan::detail {

/// No more members than this fit a node, by what is free of its CPU, memory, GPUs and compute; 0 where not even one
/// fits, and never more than `most`.
[[nodiscard]] inline std::int64_t most_members(const node_view& node, const request& asked,
                                               std::int64_t most) noexcept {
    if (!fit::fits(node, asked)) return 0;
    const auto limit = [&](std::int64_t free, std::int64_t each) {
        if (each > 0) most = std::min(most, free / each);
    };
    limit(node.cpu_free().count(), asked.cpu.count());
    limit(node.memory_free().count(), asked.memory.count());
    if (asked.gpus > 0 && asked.share.way() == sharing::exclusive) limit(node.idle_gpus(), asked.gpus);
    if (asked.share.way() == sharing::slices) limit(node.compute_free().count(), asked.total_compute().count());
    return most;
}

/// Whether these nodes might hold the gang if they were empty. What says no is proof; members of different
/// parts are counted apart, and so a yes may be one too many.
template <class Board> [[nodiscard]] bool might_fit_empty(const Board& board, node_range nodes) {
    const cluster& on = board.on();
    std::int64_t gpus_left = 0;
    for (const node_id node : nodes) gpus_left += on[node].gpu_count();
    for (std::size_t part = 0; part < board.wanted().parts.size(); ++part) {
        const request& asked = board.asked(part);
        std::int64_t members = board.wanted().parts[part].count;
        if (asked.share.way() == sharing::exclusive) gpus_left -= members * asked.gpus;
        const std::int64_t most = std::min<std::int64_t>(members, board.wanted().most_per_node);
        std::vector<std::int64_t> of_kind(on.kinds().size(), -1);
        for (const node_id node : nodes) {
            const node_kind& kind = on[node].kind();
            std::int64_t& room = of_kind[static_cast<std::size_t>(&kind - on.kinds().data())];
            if (room < 0 || !asked.ids.is_any()) // by id, nodes of one kind differ
                room = most_members(fit::idle_node{kind, node}.view(), asked, most);
            members -= room;
        }
        if (members > 0) return false;
    }
    return gpus_left >= 0;
}

} // namespace gpupack::plan::detail
