// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/detail/columns_letter.hpp>
#include <gpupack/gpu/detail/decide_columns_kernel.cuh>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/gpu/device_space.cuh>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Finds the best node for one request by one kernel, where sums decide: the blocks rank the nodes that did not change, the
/// host ranks those that did, puts all together, and knows the state of the winner without asking.
///
/// Memory: 16 bytes of pinned memory a block.
/// Cost: a launch and 16 bytes a node, 20 for slices, spread over the card. No allocation after the first request. The thread
/// that waits spins.
template <class Scorer> class column_search {
  public:
    /// The best node.
    using node_type = ranked_node<search::key_of<Scorer>>;

    /// The best node, of the first generation of its number; nothing where sums do not decide, or where the GPU failed and the
    /// space says so.
    ///
    /// @param space     where the nodes are
    /// @param resident  the nodes there; brought up to date
    /// @param cluster   the cluster that they are of
    /// @param request   valid
    /// @param scorer    prepared for it
    [[nodiscard]] std::optional<node_type> find(device_space& space, resident_cluster<device_space>& resident,
                                                const cluster& cluster, const request& request, const Scorer& scorer) {
        if (cluster.types().size() > letter_type::most_types ||
            !write_rows(cluster.types(), request, scorer, letter_.rows))
            return std::nullopt;
        if (blocks_ == 0) prepare(space, cluster.size());
        letter_.update_count = resident.write_updates(cluster, letter_.updates, letter_type::most_updates, letter_.gpus,
                                                      letter_type::most_gpus);
        ++letter_.serial;
        launch(space, resident, is_for_slices(request));
        const node_type changed = best_changed(cluster, letter_, scorer, request);
        const node_type unchanged = wait(space);
        if (space.has_problem()) return std::nullopt;
        return changed.precedes(unchanged) ? changed : unchanged;
    }

  private:
    using on_type = on_type_of<Scorer>;
    using letter_type = columns_letter<on_type>;

    void prepare(device_space& space, std::size_t nodes) {
        const int resident = std::min(space.resident_blocks(decide_columns_kernel<false, on_type>, 0),
                                      space.resident_blocks(decide_columns_kernel<true, on_type>, 0));
        const auto groups = static_cast<std::uint32_t>(sum_columns::room(nodes) / sum_columns::group);
        blocks_ = rank_blocks(groups, 1, space.device().multiprocessors, resident);
        answers_ = space.template pinned<block_answer>(blocks_);
        if (answers_.data() != nullptr) std::fill_n(answers_.data(), blocks_, block_answer{});
    }

    void launch(device_space& space, resident_cluster<device_space>& resident, bool for_slices) {
        if (space.has_problem()) return;
        const device_scope scope{space.device().number};
        const auto kernel = for_slices ? decide_columns_kernel<true, on_type> : decide_columns_kernel<false, on_type>;
        kernel<<<blocks_, rank_threads, 0, space.stream()>>>(resident.writable(), letter_, answers_.data());
        space.check(cudaGetLastError(), "a kernel launch");
    }

    /// The best that the blocks found, once all have answered.
    [[nodiscard]] node_type wait(device_space& space) {
        std::uint64_t best = 0;
        for (std::uint32_t b = 0; b < blocks_ && !space.has_problem(); ++b) {
            std::uint64_t number = 0;
            const volatile block_answer& answer = answers_.data()[b];
            space.spin_until([&] { return answer.get(letter_.serial, number); });
            best = std::max(best, number);
        }
        return ranked_number::node<search::key_of<Scorer>>(best);
    }

    letter_type letter_{};
    std::uint32_t blocks_ = 0;
    device_space::pinned_array<block_answer> answers_;
};

} // namespace gpupack::gpu::detail
