// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A whole cluster as flat arrays, in the memory of whoever reads it: what a kernel gets, by value.
///
/// Each array answers one question: a score of the node alone streams 32 bytes a node, or 16 where columns do, and a test of
/// its GPUs 16 more a GPU.
struct cluster_view {
    const node_state* nodes = nullptr;      ///< [size] 24 bytes each.
    const std::uint32_t* type_of = nullptr; ///< [size] index into kinds.
    /// [size] where the node's GPUs stand in gpus; those of one node in a row.
    const std::uint32_t* first_gpu = nullptr;
    const gpu_state* gpus = nullptr;  ///< [all GPUs] 16 bytes each.
    const node_type* types = nullptr; ///< [type_count] their pointers lead to memory of the same side.
    std::uint32_t size = 0;           ///< Number of nodes.
    std::uint32_t type_count = 0;     ///< Number of node types.
    detail::sum_columns columns{};    ///< The sums of the nodes once more; null where there are none.

    /// A view of the node, as cluster gives it.
    [[nodiscard]] GPUPACK_HD constexpr node_view operator[](node_id id) const noexcept {
        const std::uint32_t n = id.number();
        return {id, types[type_of[n]], nodes[n], gpus + first_gpu[n]};
    }
};

/// The same, to be changed: placements are taken and given back as in a cluster, but without receipts.
struct writable_cluster_view {
    node_state* nodes = nullptr;            ///< [size] 24 bytes each.
    const std::uint32_t* type_of = nullptr; ///< [size] index into types.
    /// [size] index into gpus of the node's first GPU; those of one node follow each other.
    const std::uint32_t* first_gpu = nullptr;
    gpu_state* gpus = nullptr;        ///< [all GPUs] 16 bytes each.
    const node_type* types = nullptr; ///< [type_count] their pointers lead to memory of the same side.
    std::uint32_t size = 0;           ///< Number of nodes.
    std::uint32_t type_count = 0;     ///< Number of node types.
    detail::sum_columns columns{};    ///< The sums of the nodes once more; null where there are none.

    /// To read only.
    [[nodiscard]] GPUPACK_HD constexpr cluster_view view() const noexcept {
        return {nodes, type_of, first_gpu, gpus, types, size, type_count, columns};
    }
    /// A view of the node as it is; valid until it changes.
    [[nodiscard]] GPUPACK_HD constexpr node_view operator[](node_id id) const noexcept { return view()[id]; }

    /// Takes a request's resources where it fits, as cluster::take does.
    ///
    /// @return what each GPU gives to a split slice: give_back asks for it
    GPUPACK_HD constexpr split_memory take(node_id id, const request& request, gpu_set selected,
                                           slot_list slots = {}) const noexcept {
        const node_type& type = types[type_of[id.number()]];
        gpu_state* const states = gpus + first_gpu[id.number()];
        const split_memory pieces = book(nodes[id.number()], states, type, request, selected, slots);
        if (request.gpus > 0) sum_up_gpus(nodes[id.number()], states, type.gpus, type.gpu_count);
        note(id.number());
        return pieces;
    }

    /// Gives back what take took, once.
    GPUPACK_HD constexpr void give_back(node_id id, const request& request, gpu_set selected, slot_list slots = {},
                                        const split_memory& pieces = {}) const noexcept {
        const node_type& type = types[type_of[id.number()]];
        gpu_state* const states = gpus + first_gpu[id.number()];
        unbook(nodes[id.number()], states, type, request.cpu, request.memory, request.share, selected, slots, pieces);
        if (request.gpus > 0) sum_up_gpus(nodes[id.number()], states, type.gpus, type.gpu_count);
        note(id.number());
    }

    /// Brings the columns of a node up to date, where there are any.
    GPUPACK_HD constexpr void note(std::uint32_t n) const noexcept {
        if (columns.cpu != nullptr) columns.set(n, nodes[n], type_of[n]);
    }
};

static_assert(std::is_trivially_copyable_v<cluster_view> && std::is_trivially_copyable_v<writable_cluster_view>);

} // namespace gpupack::gpu
