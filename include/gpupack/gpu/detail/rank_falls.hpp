// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

// Ranking by the fall of fragmentation (policy::scores_by_fall) for many requests at once. What demand classes find on a node
// now is summed up once, and what they find afterwards once for all requests that take as many whole GPUs, or a slice of the
// same size; a request then costs a product a class. The host lays out what a kernel reads (fall_blocks.hpp).
namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The most demand classes that are summed up, and the most that are where sums have 32 bits.
inline constexpr std::int32_t most_demand_classes = 32;
inline constexpr std::int32_t most_narrow_classes = 16; ///< See above.
/// Requests that one pass over the nodes ranks for.
inline constexpr std::uint32_t falls_at_once = 64;

/// How many of the distinct amounts of CPU that expected tasks ask for are at most that much: measure.cpu_level by halves.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t cpu_level_of(const policy::fragmentation_view& measure,
                                                             std::int64_t cpu) noexcept {
    std::int32_t level = 0;
    for (std::int32_t count = measure.cpu_count; count > 0;) {
        const std::int32_t half = count / 2;
        const bool beyond = measure.cpus[level + half] <= cpu;
        level += beyond ? half + 1 : 0;
        count = beyond ? count - half - 1 : half;
    }
    return level;
}

/// A GPU that slices by compute may be taken of: all that their falls depend on.
struct slice_taker {
    std::int32_t offer;     ///< policy::offer_of now.
    std::int32_t supply;    ///< policy::served_gpus::one of what is free now.
    std::int32_t compute;   ///< Free; below 0 where it takes no slices.
    std::int32_t by_memory; ///< What its free memory leaves usable, in milli-GPUs.
    bool is_last;           ///< Whether it takes one sharer more and then none.

    GPUPACK_HD constexpr slice_taker(const gpu_state& gpu, const gpu_capacity& capacity) noexcept
        : offer{policy::offer_of(gpu)}, supply{policy::served_gpus::one(free_part(gpu, capacity))},
          compute{takes_slices(gpu) ? gpu.compute_free : -1}, by_memory{type_glance::never}, is_last{
                                                                                                 gpu.sharers() + 1 >=
                                                                                                 capacity.max_sharers} {
        if (gpu.memory_free == capacity.memory) return;
        const std::int32_t used = memory_part(std::int64_t{capacity.memory} - gpu.memory_free, capacity);
        by_memory = used < capacity.compute ? capacity.compute - used : 0;
    }

    /// Whether it takes a slice of so many milli-GPUs.
    [[nodiscard]] GPUPACK_HD constexpr bool takes(std::int32_t slice) const noexcept { return compute >= slice; }
    /// policy::offer_of once it has.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t offer_after(std::int32_t slice) const noexcept {
        return is_last ? -1 : compute - slice;
    }
    /// policy::served_gpus::one of what is free then.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t supply_after(std::int32_t slice) const noexcept {
        const std::int32_t left = compute > slice ? compute - slice : 0;
        return policy::served_gpus::one(left < by_memory ? left : by_memory);
    }
};

/// A number for each demand class; nothing beyond the last one.
template <int Classes> struct class_lanes {
    std::int32_t at[Classes] = {};
};

/// A request as falls see it. Nodes of each type that does not accept it are told apart by fall_sums::accepts.
struct alignas(16) fall_request {
    std::int32_t cpu = 0;    ///< What a node must have.
    std::int32_t memory = 0; ///< Likewise.
    std::int32_t gpus = 0;   ///< Likewise: idle GPUs, or for a slice the most compute that is free on one.
    std::int32_t key = 0; ///< 0: no GPU; how many whole ones; slice_key and more: a slice of so much more milli-GPUs.

    static constexpr std::int32_t slice_key = 1 << 20; ///< Above all numbers of GPUs.

    /// Whether a node has it.
    [[nodiscard]] GPUPACK_HD constexpr bool fits(std::int32_t cpu_free, std::int32_t memory_free,
                                                 std::int32_t gpus_free) const noexcept {
        return (cpu_free >= cpu) & (memory_free >= memory) & (gpus_free >= gpus);
    }
};

/// What one pass reads besides nodes, laid out for loads of four numbers. Behind it stand, with no gap,
///   [cpu levels, Classes] int32  how many of a class's tasks ask for at most that level of CPU
///   [types] uint64               which requests the type accepts, as bits
///   [types] uint32               which classes it serves, likewise
template <int Classes> struct alignas(16) fall_block {
    static constexpr int most_cpus = 254; ///< Levels are bytes, and 255 means that a request does not fit.

    entries_of_four<std::int32_t> offer[Classes / 4]; ///< policy::demand_class::offer
    entries_of_four<std::int32_t> least[Classes / 4]; ///< As many GPUs as a task takes, as served_gpus.
    fall_request requests[falls_at_once];             ///< [request_count] By key.
    std::uint8_t number[falls_at_once];               ///< [request_count] Which request of the pass it is.
    std::int32_t cpus[most_cpus + 1];                 ///< What each level asks for and those below do not.
    std::uint8_t first_level[256];                    ///< [CPU >> shift] Where the search for its level begins.
    std::int64_t total;                               ///< policy::fragmentation_view::total
    std::int32_t class_count;                         ///< Demand classes.
    std::int32_t level_count;                         ///< Levels of CPU.
    std::int32_t shift;                               ///< See first_level.
    std::int32_t request_count;                       ///< Requests.
    std::int32_t whole_count;                         ///< Those before the first for a slice.
    std::int32_t type_count;                          ///< Node types.
};

/// Sums of demand classes on one node.
///
/// @tparam Sum  holds the compute of any node times the number of expected tasks
template <int Classes, class Sum> class fall_sums {
  public:
    using lanes = class_lanes<Classes>; ///< What classes find: served_gpus::packed().

    /// A class that never finds anything: more than all GPUs can make up for.
    static constexpr std::int32_t unserved = -(std::int32_t{1} << 30);

    /// Reads a fall_block and what is behind it.
    GPUPACK_HD explicit fall_sums(const unsigned char* memory) noexcept
        : block{reinterpret_cast<const fall_block<Classes>*>(memory)},
          rows_{reinterpret_cast<const entries_of_four<std::int32_t>*>(block + 1)},
          total_{static_cast<Sum>(block->total)}, class_count_{block->class_count}, shift_{block->shift} {}

    const fall_block<Classes>* block; ///< What it reads.

    /// Which requests nodes of a type accept.
    [[nodiscard]] GPUPACK_HD std::uint64_t accepts(std::uint32_t type) const noexcept { return accepts()[type]; }

    /// The level of so much CPU.
    [[nodiscard]] GPUPACK_HD int level_of(std::int32_t cpu) const noexcept {
        const std::uint32_t slot = static_cast<std::uint32_t>(cpu) >> shift_;
        int level = block->first_level[slot < 255 ? slot : 255];
        while (block->cpus[level] <= cpu) ++level;
        return level;
    }

    /// What classes find on nodes of a type without GPUs.
    [[nodiscard]] GPUPACK_HD lanes nothing(std::uint32_t type) const noexcept {
        const std::uint32_t served = reinterpret_cast<const std::uint32_t*>(accepts() + block->type_count)[type];
        lanes sums;
#if GPUPACK_ON_DEVICE
#pragma unroll
#endif
        for (int c = 0; c < Classes; ++c) sums.at[c] = (served >> c & 1U) != 0 ? 0 : unserved;
        return sums;
    }
    /// Adds what GPUs supply to the classes that they serve.
    GPUPACK_HD void add(lanes& sums, std::int32_t offer, std::int32_t supply) const noexcept {
        for_each_four([&](int q) {
            const entries_of_four<std::int32_t> wanted = block->offer[q];
            for (int i = 0; i < 4; ++i) sums.at[4 * q + i] += offer >= wanted.at[i] ? supply : 0;
        });
    }
    /// What classes can use, in milli-GPUs, where GPUs supply that in addition to those sums.
    [[nodiscard]] GPUPACK_HD lanes free_with(const lanes& sums, std::int32_t offer,
                                             std::int32_t supply) const noexcept {
        lanes free;
        for_each_four([&](int q) {
            const entries_of_four<std::int32_t> wanted = block->offer[q];
            const entries_of_four<std::int32_t> least = block->least[q];
            for (int i = 0; i < 4; ++i) {
                const std::int32_t sum = sums.at[4 * q + i] + (offer >= wanted.at[i] ? supply : 0);
                free.at[4 * q + i] = sum >= least.at[i] ? policy::served_gpus{sum}.free() : 0;
            }
        });
        return free;
    }
    /// What expected tasks can use with that level of CPU, in tasks times milli-GPUs.
    [[nodiscard]] GPUPACK_HD Sum usable(int level, const lanes& free) const noexcept {
        const entries_of_four<std::int32_t>* const row = rows_ + level * (Classes / 4);
        Sum sum = 0;
        for_each_four([&](int q) {
            const entries_of_four<std::int32_t> tasks = row[q];
            for (int i = 0; i < 4; ++i) sum += Sum{tasks.at[i]} * free.at[4 * q + i];
        });
        return sum;
    }

    /// What falls where whole GPUs are taken, but for what is usable afterwards; free: see usable().
    GPUPACK_HD Sum take_whole(const lanes& sums, std::int32_t gpus, std::int32_t compute, Sum usable_now,
                              lanes& free) const noexcept {
        free = free_with(sums, static_cast<std::int32_t>(whole_gpu.count()) + 1,
                         -gpus * policy::served_gpus::one(compute));
        return total_ * gpus * compute - usable_now;
    }
    /// The same where a GPU gives a slice.
    ///
    /// @param others  what classes find without that GPU
    GPUPACK_HD Sum take_slice(const lanes& others, const slice_taker& gpu, std::int32_t slice, Sum usable_now,
                              lanes& free) const noexcept {
        const std::int32_t left = gpu.supply_after(slice);
        free = free_with(others, gpu.offer_after(slice), left);
        return total_ * (gpu.supply - left) - usable_now;
    }

    /// Sums up a node's GPUs.
    ///
    /// @param capacity  of each of them; any where there are none
    /// @return those that take slices, as bits, without those in the state of the one before
    GPUPACK_HD std::uint32_t add_gpus(lanes& sums, const gpu_state* gpus, int count,
                                      const gpu_capacity* capacity) const noexcept {
        std::uint32_t takers = 0;
        std::uint64_t last[2] = {}; // the state of the last one: with slices, idle
        for (int i = 0; i < count; ++i) {
            const gpu_state gpu = gpu_at(gpus, i);
            add(sums, policy::offer_of(gpu), policy::served_gpus::one(free_part(gpu, *capacity)));
            if (!takes_slices(gpu)) continue;
            const bool is_last = gpu.sharers() + 1 >= capacity->max_sharers;
            const std::uint64_t state = std::uint64_t{static_cast<std::uint32_t>(gpu.memory_free)} << 32 |
                                        std::uint32_t{static_cast<std::uint16_t>(gpu.compute_free)} << 16 |
                                        (is_last ? 2U : 0U) | 1U; // not 0
            const bool is_idle = gpu.way == sharing::idle;
            takers |= state != (is_idle ? last[1] : last[0]) ? 1U << i : 0;
            last[0] = is_idle ? last[0] : state;
            last[1] = is_idle ? state : last[1];
        }
        return takers;
    }

    /// A GPU, in one load.
    [[nodiscard]] GPUPACK_HD static gpu_state gpu_at(const gpu_state* gpus, int number) noexcept {
#if GPUPACK_ON_DEVICE
        const int4 loaded = __ldg(reinterpret_cast<const int4*>(gpus) + number);
        gpu_state gpu;
        static_assert(sizeof(gpu) == sizeof(loaded));
        memcpy(&gpu, &loaded, sizeof(gpu));
        return gpu;
#else
        return gpus[number];
#endif
    }

  private:
    template <class Body> GPUPACK_HD void for_each_four(Body&& body) const noexcept {
#if GPUPACK_ON_DEVICE
#pragma unroll
#endif
        for (int q = 0; q < Classes / 4; ++q) {
            if (q * 4 >= class_count_) break;
            body(q);
        }
    }
    [[nodiscard]] GPUPACK_HD const std::uint64_t* accepts() const noexcept {
        return reinterpret_cast<const std::uint64_t*>(rows_ + block->level_count * (Classes / 4));
    }

    const entries_of_four<std::int32_t>* rows_;
    Sum total_;
    std::int32_t class_count_;
    std::int32_t shift_;
};

/// What a request for a slice asks of one GPU, in milli-GPUs.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t slice_of(const request& request) noexcept {
    return static_cast<std::int32_t>(request.share.compute().count());
}

/// Whether falls are summed up on nodes of these types by this measure: GPUs alike on each, and classes that name no memory.
[[nodiscard]] inline bool falls_are_summed(const std::vector<node_type>& types,
                                           const policy::fragmentation_view& measure) {
    const auto alike = [](const node_type& type) {
        return type.any_way &&
               std::all_of(type.gpus, type.gpus + type.gpu_count,
                           [&](const gpu_capacity& each) {
                               return each.compute == type.gpus[0].compute && each.memory == type.gpus[0].memory &&
                                      each.max_sharers == type.gpus[0].max_sharers;
                           }) &&
               std::all_of(type.gpu_models, type.gpu_models + type.gpu_count,
                           [&](model_id model) { return model == type.gpu_models[0]; });
    };
    return measure.class_count <= most_demand_classes && std::all_of(types.begin(), types.end(), alike) &&
           std::all_of(measure.classes, measure.classes + measure.class_count,
                       [](const policy::demand_class& each) { return each.memory == 0; });
}

/// What nodes of each type must have for a request; nothing where sums do not decide.
[[nodiscard]] inline std::vector<type_glance> glances_of(const std::vector<node_type>& types, const request& request) {
    std::vector<type_glance> glances;
    const bool in_memory = request.gpus > 0 && (request.share.memory().count() > 0 || in_profiles(request.share.way()));
    for (const node_type& type : types) {
        bool decides = false;
        glances.push_back(type_glance::of(type, request, decides));
        if (!decides || in_memory) return {};
    }
    return glances;
}

/// Whether a node has what the glance asks for.
[[nodiscard]] GPUPACK_HD constexpr bool fits_glance(const node_state& state, const type_glance& least) noexcept {
    return (state.cpu_free >= least.cpu) & (state.memory_free >= least.memory) & !state.closed &
           (state.idle_gpus >= least.idle_gpus) & (state.slice_compute >= least.slice_compute) &
           (state.slice_memory >= least.slice_memory);
}

} // namespace gpupack::gpu::detail
