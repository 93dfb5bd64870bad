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

// Ranking by the fall of fragmentation (policy::scores_by_fall) with what demand classes find on a node summed up once for
// all requests. One thread looks at one node; nothing is indexed but memory that it shares or streams.
namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The most demand classes that are summed up.
inline constexpr std::int32_t most_demand_classes = 32;

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

/// What each demand class finds on one node now, in lanes of memory that other threads have lanes of as well.
struct class_sums {
    std::int32_t* packed =
        nullptr; ///< [classes, stride] served_gpus::packed(); below 0 where the models serve none of it.
    std::uint32_t stride = 1;
    std::int64_t usable = 0;    ///< Of all classes, in tasks times milli-GPUs.
    std::uint32_t distinct = 0; ///< The GPUs before which none is in the same state.

    /// A class that never finds anything: more than all GPUs can make up for.
    static constexpr std::int32_t unserved = -(std::int32_t{1} << 30);

    /// Refers to what another thread has summed up.
    GPUPACK_HD constexpr class_sums(std::int32_t* memory, std::uint32_t lanes, std::int64_t usable_now) noexcept
        : packed{memory}, stride{lanes}, usable{usable_now} {}
    /// Sums a node up.
    GPUPACK_HD constexpr class_sums(const node_view& node, const policy::fragmentation_view& measure,
                                    std::int32_t* memory, std::uint32_t lanes) noexcept
        : packed{memory}, stride{lanes} {
        for (std::int32_t c = 0; c < measure.class_count; ++c)
            packed[static_cast<std::uint32_t>(c) * stride] =
                (node.type().models & measure.classes[c].models).empty() ? unserved : 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_state gpu = node.gpu(i);
            bool is_first = true;
            for (int j = 0; j < i; ++j) is_first = is_first && !(node.gpu(j) == gpu);
            distinct |= is_first ? 1U << i : 0;
            const std::int32_t offer = policy::offer_of(gpu);
            const std::int32_t supply = policy::served_gpus::one(free_part(gpu, node.capacity(i)));
            for (std::int32_t c = 0; c < measure.class_count; ++c)
                if (offer >= measure.classes[c].offer) packed[static_cast<std::uint32_t>(c) * stride] += supply;
        }
        usable = usable_with(measure, cpu_level_of(measure, node.cpu_free().count()), -1, 0, -1, 0);
    }

    /// What would be usable if some GPUs offered something else.
    ///
    /// @param level         of the CPU that is free then
    /// @param offer         of each of the GPUs now
    /// @param supply        of all of them now, packed
    /// @param offer_after   of each of them then
    /// @param supply_after  of all of them then, packed
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t usable_with(const policy::fragmentation_view& measure,
                                                                std::int32_t level, std::int32_t offer,
                                                                std::int32_t supply, std::int32_t offer_after,
                                                                std::int32_t supply_after) const noexcept {
        std::int64_t sum = 0;
        const std::int32_t* within = measure.within + level;
        for (std::int32_t c = 0; c < measure.class_count; ++c, within += measure.cpu_count + 1) {
            const policy::demand_class& tasks = measure.classes[c];
            std::int32_t left = packed[static_cast<std::uint32_t>(c) * stride];
            left += offer_after >= tasks.offer ? supply_after : 0;
            left -= offer >= tasks.offer ? supply : 0;
            const policy::served_gpus served{left};
            if (served.count() >= tasks.gpus) sum += std::int64_t{*within} * served.free();
        }
        return sum;
    }
};

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
        const std::int32_t left = compute - slice;
        return policy::served_gpus::one(left < by_memory ? left : by_memory);
    }
    /// The fall of fragmentation where it takes that slice.
    ///
    /// @param level  of the CPU that is free then
    [[nodiscard]] GPUPACK_HD constexpr policy::score fall(std::int32_t slice, const policy::fragmentation_view& measure,
                                                          std::int32_t level, const class_sums& now) const noexcept {
        const std::int32_t left = supply_after(slice);
        return measure.total * (supply - left) - now.usable +
               now.usable_with(measure, level, offer, supply, offer_after(slice), left);
    }
};

/// What a request for a slice asks of one GPU, in milli-GPUs.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t slice_of(const request& request) noexcept {
    return static_cast<std::int32_t>(request.share.compute().count());
}

/// The highest fall of fragmentation over all choices on a node that a request fits, whose GPUs are of one model and whose sums
/// decide (falls_decide).
[[nodiscard]] GPUPACK_HD constexpr policy::score highest_fall(const node_view& node, const request& request,
                                                              const policy::fragmentation_view& measure,
                                                              const class_sums& now) noexcept {
    const std::int32_t level = cpu_level_of(measure, (node.cpu_free() - request.cpu).count());
    const gpu_capacity& capacity = node.capacity(0);
    if (request.gpus == 0) return now.usable_with(measure, level, -1, 0, -1, 0) - now.usable;
    if (request.share.way() == sharing::exclusive) { // idle GPUs are alike
        const std::int32_t supply = request.gpus * policy::served_gpus::one(capacity.compute);
        return measure.total * request.gpus * capacity.compute +
               now.usable_with(measure, level, static_cast<std::int32_t>(whole_gpu.count()) + 1, supply, -1, 0) -
               now.usable;
    }
    policy::score best = 0;
    bool found = false;
    for (int i = 0; i < node.gpu_count(); ++i) {
        if ((now.distinct >> i & 1U) == 0) continue;
        const slice_taker gpu{node.gpu(i), capacity};
        if (!gpu.takes(slice_of(request))) continue;
        const policy::score fall = gpu.fall(slice_of(request), measure, level, now);
        best = found && best > fall ? best : fall;
        found = true;
    }
    return best;
}

/// Whether highest_fall ranks nodes of these types by this measure: GPUs alike on each, and classes that name no memory.
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

/// What nodes of each type must have for a request; nothing where highest_fall does not rank for it.
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

/// The score of a node for a request, plus one; 0 where the request does not fit.
template <class Scorer>
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t score_of_fall(const node_view& node, const node_state& state,
                                                               const request& request, const type_glance& least,
                                                               const Scorer& scorer, const class_sums& now) noexcept {
    return fits_glance(state, least) ? scorer.of_fall(highest_fall(node, request, scorer.measure(), now)) + 1 : 0;
}

/// Ranks by falls where no kernel does: index = part; parts have every `parts`th node.
template <class Scorer> struct rank_falls_part {
    cluster_view cluster;
    const prepared_request<Scorer>* prepared; ///< [count]
    const type_glance* glances;               ///< [count, types]
    std::uint64_t* numbers;                   ///< [count, parts]
    std::uint32_t count;
    std::uint32_t parts;

    GPUPACK_HD void operator()(std::uint64_t part) const noexcept {
        std::int32_t memory[most_demand_classes];
        for (std::uint32_t s = 0; s < count; ++s) numbers[s * std::uint64_t{parts} + part] = 0;
        for (auto n = static_cast<std::uint32_t>(part); n < cluster.size; n += parts) {
            const node_view node = cluster[node_id{n}];
            const class_sums now{node, prepared[0].scorer.measure(), memory, 1};
            for (std::uint32_t s = 0; s < count; ++s) {
                const type_glance& least = glances[std::uint64_t{s} * cluster.type_count + cluster.type_of[n]];
                const std::uint32_t score =
                    score_of_fall(node, cluster.nodes[n], prepared[s].request, least, prepared[s].scorer, now);
                std::uint64_t& best = numbers[s * std::uint64_t{parts} + part];
                if (const std::uint64_t number = score == 0 ? 0 : ranked_number::of(score - 1, n); number > best)
                    best = number;
            }
        }
    }
};

} // namespace gpupack::gpu::detail
