// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The sums of nodes as columns, so that a kernel reads four nodes at a time and only what a request asks for. Null where a
/// cluster has none.
///
/// Each has room for a multiple of four nodes; what is beyond the last node is closed.
struct sum_columns {
    static constexpr std::uint32_t group = 4;         ///< Nodes that are read at once.
    static constexpr std::uint32_t most_types = 1024; ///< Whose number a glance has room for.

    std::int32_t* cpu = nullptr;          ///< Free CPU; -1 on closed nodes, which no request fits.
    std::int32_t* memory = nullptr;       ///< Free memory of the host.
    std::int32_t* part = nullptr;         ///< node_state::part_free.
    std::uint32_t* glance = nullptr;      ///< From below: idle GPUs, the type, and node_state::slice_compute.
    std::int32_t* slice_memory = nullptr; ///< node_state::slice_memory.

    /// How many entries a column has for so many nodes.
    [[nodiscard]] GPUPACK_HD static constexpr std::size_t room(std::size_t nodes) noexcept {
        return (nodes + group - 1) / group * group;
    }
    /// Idle GPUs of a glance.
    [[nodiscard]] GPUPACK_HD static constexpr std::int32_t idle_gpus(std::uint32_t glance) noexcept {
        return static_cast<std::int32_t>(glance & 0x3fU);
    }
    /// The type of a glance, where there are at most most_types.
    [[nodiscard]] GPUPACK_HD static constexpr std::uint32_t type(std::uint32_t glance) noexcept {
        return glance >> 6 & (most_types - 1);
    }
    /// node_state::slice_compute of a glance.
    [[nodiscard]] GPUPACK_HD static constexpr std::int32_t slice_compute(std::uint32_t glance) noexcept {
        return static_cast<std::int32_t>(glance) >> 16;
    }
    /// Writes one node.
    GPUPACK_HD constexpr void set(std::uint32_t n, const node_state& state, std::uint32_t type) const noexcept {
        cpu[n] = state.closed ? -1 : state.cpu_free;
        memory[n] = state.memory_free;
        part[n] = state.part_free;
        glance[n] = std::uint32_t{state.idle_gpus} | (type & (most_types - 1)) << 6 |
                    static_cast<std::uint32_t>(state.slice_compute) << 16;
        slice_memory[n] = state.slice_memory;
    }
};

/// Writes all columns: index = entry.
struct fill_columns {
    sum_columns columns;
    const node_state* nodes;
    const std::uint32_t* type_of;
    std::uint32_t size;

    GPUPACK_HD void operator()(std::uint64_t n) const noexcept {
        node_state none;
        none.closed = true;
        columns.set(static_cast<std::uint32_t>(n), n < size ? nodes[n] : none, n < size ? type_of[n] : 0);
    }
};

/// What nodes of a type must have in sum so that a request fits them.
struct type_glance {
    std::int32_t cpu = 0;            ///< Free.
    std::int32_t memory = 0;         ///< Free, of the host.
    std::int32_t idle_gpus = 0;      ///< As many.
    std::int32_t slice_compute = -1; ///< On one GPU that takes slices.
    std::int32_t slice_memory = -1;  ///< Likewise.

    /// More than any node has.
    static constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();

    /// The glance for a request; decides is false where each GPU has to be looked at.
    [[nodiscard]] GPUPACK_HD static constexpr type_glance of(const node_type& type, const request& request,
                                                             bool& decides) noexcept {
        type_glance least;
        least.cpu = clamped(request.cpu.count());
        least.memory = clamped(request.memory.count());
        decides = true;
        const bool none =
            request.gpus > 0 ? (type.models & request.models).empty() : !request.labels.choose(type.labels);
        if (none) least.cpu = never;
        if (none || request.gpus == 0) return least;
        const bool any_gpu = (type.models.bits() & ~request.models.bits()) == 0 && !request.selects() &&
                             request.numa <= numa_alignment::best_effort;
        if (any_gpu && request.share.way() == sharing::exclusive) {
            least.idle_gpus = request.gpus;
            return least;
        }
        // The most compute and the most memory may be free on different GPUs.
        decides = any_gpu && request.gpus == 1 && request.share.way() == sharing::slices && !request.share.is_split() &&
                  request.share.memory_part() == 0 && request.share.rule().is_plain() &&
                  (request.share.compute().count() == 0 || request.share.memory().count() == 0);
        least.slice_compute = clamped(request.share.compute().count());
        least.slice_memory = clamped(request.share.memory().count());
        return least;
    }

    /// Whether the request fits a node. Slices are looked at only where Slices says so.
    template <bool Slices> [[nodiscard]] GPUPACK_HD constexpr bool fits(std::int32_t cpu_free, std::int32_t memory_free,
                                                                        std::uint32_t glance,
                                                                        std::int32_t slice_memory_free) const noexcept {
        const bool whole = (cpu_free >= cpu) & (memory_free >= memory) & (sum_columns::idle_gpus(glance) >= idle_gpus);
        if constexpr (Slices)
            return whole & (sum_columns::slice_compute(glance) >= slice_compute) & (slice_memory_free >= slice_memory);
        return whole;
    }

  private:
    [[nodiscard]] GPUPACK_HD static constexpr std::int32_t clamped(std::int64_t amount) noexcept {
        return amount < never ? static_cast<std::int32_t>(amount) : never;
    }
};

} // namespace gpupack::gpu::detail
