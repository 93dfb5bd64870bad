// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// All that one decision sends to the GPU, as the parameter of one kernel: what is asked, and the nodes that changed since
/// the last one. Ranking reads the state of those from the letter, so that they may be written back at the same time.
template <class Scorer> struct decision_letter {
    static constexpr std::uint32_t most_updates = 16;
    static constexpr std::uint32_t most_gpus = 128;
    static constexpr std::size_t most_bytes = 16 * 1024; // of the 32,764 that a kernel's parameters have

    prepared_request<Scorer> prepared; ///< What is asked.
    std::uint32_t table_bytes = 0; ///< Of the scorer's tables, to be copied into shared memory; 0: read where they are.
    std::uint32_t update_count = 0; ///< Nodes that changed.
    std::uint64_t serial = 0;       ///< Of the letter; the answer has it as well.
    node_update updates[most_updates]{};
    gpu_state gpus[most_gpus]{}; ///< Of the changed nodes, one after the other.

    /// A node as it is: of the letter, where it has changed.
    ///
    /// @param sums  receives the state that the view refers to
    [[nodiscard]] GPUPACK_HD constexpr node_view node(const cluster_view& cluster, std::uint32_t n,
                                                      node_state& sums) const noexcept {
        const node_type& type = cluster.types[cluster.type_of[n]];
        for (std::uint32_t u = 0; u < update_count; ++u)
            if (updates[u].node == n) {
                sums = updates[u].state;
                return {node_id{n}, type, sums, gpus + updates[u].first_gpu};
            }
        sums = cluster.nodes[n];
        return {node_id{n}, type, sums, cluster.gpus + cluster.first_gpu[n]};
    }
};

/// The best of the nodes first, first + step, first + 2 step ... for a letter. Inlined by force, as choose_by_letter is: where it
/// is a function of its own, nvcc 13.0.88 has it read local memory at an address that is none (lookahead, seen on an H100).
///
/// @param prepared  its request, where its tables are at hand
template <class Scorer> [[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr ranked_node<search::key_of<Scorer>>
best_by_letter(const cluster_view& cluster, const decision_letter<Scorer>& letter,
               const prepared_request<Scorer>& prepared, std::uint32_t first, std::uint32_t step) noexcept {
    ranked_node<search::key_of<Scorer>> best;
    for (std::uint32_t n = first; n < cluster.size; n += step) {
        node_state sums;
        const node_view node = letter.node(cluster, n, sums);
        if (!fit::fits(node, prepared.request)) continue;
        const ranked_node<search::key_of<Scorer>> here{policy::node_score(prepared.scorer, node, prepared.request),
                                                       node_id{n}};
        if (here.precedes(best)) best = here;
    }
    return best;
}

/// What the policy takes on the best node.
template <class Scorer> [[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr ranked_selection<search::key_of<Scorer>>
choose_by_letter(const cluster_view& cluster, const decision_letter<Scorer>& letter,
                 const prepared_request<Scorer>& prepared, const ranked_node<search::key_of<Scorer>>& best) noexcept {
    if (!best.found()) return {};
    node_state sums;
    return {policy::select_gpus(prepared.scorer, letter.node(cluster, best.node.number(), sums), prepared.request),
            best.score};
}

/// The answer to a letter, in host memory that the GPU writes.
template <class Key> struct decision_answer {
    ranked_selection<Key> choice{};
    std::uint64_t serial = 0; ///< Of the letter; written last.
};

} // namespace gpupack::gpu::detail
