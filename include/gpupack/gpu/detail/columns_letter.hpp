// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// All that one decision by columns sends to the GPU: what nodes of each type must have, how they score, and the nodes that
/// changed since the last one. The GPU leaves those out, as they are written while it ranks; the host ranks them meanwhile.
template <class OnType> struct columns_letter {
    static constexpr std::size_t rows_in_8_kib = 8 * 1024 / sizeof(type_row<OnType>);
    /// So many node types at most: the rows are a part of the kernel's parameters.
    static constexpr std::uint32_t most_types = rows_in_8_kib < 32 ? rows_in_8_kib : 32;
    static constexpr std::uint32_t most_updates = 16;
    static constexpr std::uint32_t most_gpus = 128;

    type_row<OnType> rows[most_types]; ///< [types]
    node_update updates[most_updates]; ///< [update_count] The nodes that changed.
    gpu_state gpus[most_gpus];         ///< Of the changed nodes, one after the other.
    std::uint32_t update_count = 0;    ///< Nodes that changed.
    std::uint32_t serial = 0;          ///< Of the letter; what answers it has it as well.

    /// Those of a group that changed, as bits.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t changed_in(std::uint32_t group) const noexcept {
        std::uint32_t changed = 0;
#if GPUPACK_ON_DEVICE
#pragma unroll 1
#endif
        for (std::uint32_t u = 0; u < update_count; ++u) {
            const std::uint32_t node = updates[u].node;
            if (node / sum_columns::group == group) changed |= 1U << node % sum_columns::group;
        }
        return changed;
    }
};

/// The best of the nodes that changed, on the host. Nodes have the ids that a kernel gives them: of the first generation.
template <class Scorer>
[[nodiscard]] ranked_node<search::key_of<Scorer>> best_changed(const cluster& cluster,
                                                               const columns_letter<on_type_of<Scorer>>& letter,
                                                               const Scorer& scorer, const request& request) {
    ranked_node<search::key_of<Scorer>> best;
    for (std::uint32_t u = 0; u < letter.update_count; ++u) {
        const node_view node = cluster.node_at(letter.updates[u].node);
        if (!fit::fits(node, request)) continue;
        const ranked_node<search::key_of<Scorer>> here{policy::node_score(scorer, node, request),
                                                       node_id{letter.updates[u].node}};
        if (here.precedes(best)) best = here;
    }
    return best;
}

/// The best number (ranked_number) that one block found, in host memory that the GPU writes.
///
/// Two words, each whole at once, and each with the serial of the letter in its lower half: whoever reads needs no order
/// between them, nor does the block have to wait until one is there before it writes the other.
class block_answer {
  public:
    /// Writes it.
    GPUPACK_HD void set(std::uint64_t number, std::uint32_t serial) volatile noexcept {
        upper_ = (number >> 32 << 32) | serial;
        lower_ = (number << 32) | serial;
    }
    /// Reads it; false where it does not answer that letter yet.
    [[nodiscard]] bool get(std::uint32_t serial, std::uint64_t& number) const volatile noexcept {
        const std::uint64_t upper = upper_;
        const std::uint64_t lower = lower_;
        number = (upper >> 32 << 32) | lower >> 32;
        return static_cast<std::uint32_t>(upper) == serial && static_cast<std::uint32_t>(lower) == serial;
    }

  private:
    std::uint64_t upper_ = 0;
    std::uint64_t lower_ = 0;
};

} // namespace gpupack::gpu::detail
