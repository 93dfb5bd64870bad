// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/numa_alignment.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// The best choice on one node by the fall of fragmentation, where one request is looked at and not many (rank_falls.hpp): GPUs
// stay in registers, and demand classes are read once.
namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The most GPUs of a node that stay in registers.
inline constexpr int most_fall_lanes = 8;

/// What a node offers: a score, and the GPUs that it is of.
struct fall_choice {
    std::uint32_t score = 0; ///< Plus one; 0 where the request does not fit.
    gpu_set gpus{};          ///< Those that the policy takes.
};

/// The GPUs of a node in registers, now and as each would be after the request took it.
struct fall_lanes {
    std::int32_t offer[most_fall_lanes];        ///< policy::offer_of; -1 beyond the last GPU.
    std::int32_t supply[most_fall_lanes];       ///< policy::served_gpus::one of what is free.
    std::int32_t offer_after[most_fall_lanes];  ///< Where the request takes this one.
    std::int32_t supply_after[most_fall_lanes]; ///< Likewise.
    std::uint32_t takers = 0;                   ///< Those that the request may take, a bit each.

    /// Loads them.
    GPUPACK_HD constexpr fall_lanes(const node_view& node,
                                    const request& request) noexcept { // NOLINT: all lanes are set below
        for (int i = 0; i < most_fall_lanes; ++i) {
            offer[i] = offer_after[i] = -1;
            supply[i] = supply_after[i] = 0;
            if (i >= node.gpu_count()) continue;
            const gpu_state gpu = node.gpu(i);
            const gpu_capacity& capacity = node.capacity(0);
            const slice_taker taker{gpu, capacity};
            offer[i] = taker.offer;
            supply[i] = taker.supply;
            if (request.share.way() == sharing::exclusive) {
                if (gpu.way == sharing::idle && !gpu.closed) takers |= 1U << i;
                continue;
            }
            if (!taker.takes(slice_of(request))) continue;
            offer_after[i] = taker.offer_after(slice_of(request));
            supply_after[i] = taker.supply_after(slice_of(request));
            takers |= 1U << i;
        }
    }

    /// What serves a demand now, packed.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t served(std::int32_t least_offer) const noexcept {
        std::int32_t sum = 0;
        for (int i = 0; i < most_fall_lanes; ++i) sum += offer[i] >= least_offer ? supply[i] : 0;
        return sum;
    }
};

/// How far the CPU of a node goes, now and after a request took its part.
struct fall_levels {
    std::int32_t now = 0;
    std::int32_t after = 0;

    GPUPACK_HD constexpr fall_levels(const policy::fragmentation_view& measure, std::int64_t free,
                                     std::int64_t used) noexcept
        : now{cpu_level_of(measure, free)}, after{cpu_level_of(measure, free - used)} {}
};

/// Calls visit(class, packed sum of what serves it, its tasks now, its tasks after the placement) for each class that the node
/// serves.
template <class Visit> GPUPACK_HD constexpr void for_each_served_class(const policy::fragmentation_view& measure,
                                                                       const node_view& node, const fall_lanes& lanes,
                                                                       const fall_levels& level,
                                                                       Visit&& visit) noexcept {
    const std::int32_t* within = measure.within;
    for (std::int32_t c = 0; c < measure.class_count; ++c, within += measure.cpu_count + 1) {
        const policy::demand_class& tasks = measure.classes[c];
        if ((node.type().models & tasks.models).empty()) continue;
        const std::int32_t sum = lanes.served(tasks.offer);
        if (policy::served_gpus{sum}.count() >= tasks.gpus) visit(tasks, sum, within[level.now], within[level.after]);
    }
}

/// What a class can use where so many GPUs are left to it.
[[nodiscard]] GPUPACK_HD constexpr policy::score usable_of(const policy::demand_class& tasks, std::int32_t packed,
                                                           std::int32_t count) noexcept {
    const policy::served_gpus left{packed};
    return left.count() >= tasks.gpus ? std::int64_t{count} * left.free() : 0;
}

/// The fall where whole GPUs are taken, which are all alike, or none.
[[nodiscard]] GPUPACK_HD constexpr policy::score fall_of_whole(const node_view& node, const request& request,
                                                               const policy::fragmentation_view& measure,
                                                               const fall_lanes& lanes,
                                                               const fall_levels& level) noexcept {
    const std::int32_t whole = request.gpus > 0 ? request.gpus * policy::served_gpus::one(node.capacity(0).compute) : 0;
    policy::score fall = measure.total * policy::served_gpus{whole}.free();
    for_each_served_class(
        measure, node, lanes, level,
        [&](const policy::demand_class& tasks, std::int32_t sum, std::int32_t now, std::int32_t after) {
            const std::int32_t left = sum - (whole_gpu.count() + 1 >= tasks.offer ? whole : 0);
            fall += usable_of(tasks, left, after) - std::int64_t{now} * policy::served_gpus{sum}.free();
        });
    return fall;
}

/// The best GPU for a slice: the highest score, then the lowest GPU.
template <class Scorer> [[nodiscard]] GPUPACK_HD constexpr fall_choice
best_slice(const node_view& node, const Scorer& scorer, const fall_lanes& lanes, const fall_levels& level) noexcept {
    const policy::fragmentation_view& measure = scorer.measure();
    policy::score fall[most_fall_lanes];
    for (int i = 0; i < most_fall_lanes; ++i) fall[i] = measure.total * (lanes.supply[i] - lanes.supply_after[i]);
    for_each_served_class(
        measure, node, lanes, level,
        [&](const policy::demand_class& tasks, std::int32_t sum, std::int32_t now, std::int32_t after) {
            const policy::score before = std::int64_t{now} * policy::served_gpus{sum}.free();
            for (int i = 0; i < most_fall_lanes; ++i) {
                std::int32_t left = sum;
                left += lanes.offer_after[i] >= tasks.offer ? lanes.supply_after[i] : 0;
                left -= lanes.offer[i] >= tasks.offer ? lanes.supply[i] : 0;
                fall[i] += usable_of(tasks, left, after) - before;
            }
        });
    fall_choice best;
    for (int i = 0; i < most_fall_lanes; ++i) {
        if ((lanes.takers >> i & 1U) == 0) continue;
        if (const std::uint32_t score = scorer.of_fall(fall[i]) + 1; score > best.score) best = {score, gpu_set::of(i)};
    }
    return best;
}

/// The best choice on a node for a request that fall_glances decides on: what policy::best_choice finds where it fits.
template <class Scorer>
[[nodiscard]] GPUPACK_HD constexpr fall_choice choice_by_fall(const node_view& node, const node_state& state,
                                                              const request& request, const type_glance& least,
                                                              const Scorer& scorer) noexcept {
    if (!fits_glance(state, least)) return {};
    const policy::fragmentation_view& measure = scorer.measure();
    const fall_lanes lanes{node, request};
    const fall_levels level{measure, state.cpu_free, request.cpu.count()};
    if (request.gpus > 0 && request.share.way() != sharing::exclusive) return best_slice(node, scorer, lanes, level);
    fall_choice whole{scorer.of_fall(fall_of_whole(node, request, measure, lanes, level)) + 1, {}};
    std::uint32_t left = lanes.takers;
    for (int count = 0; count < request.gpus; ++count, left &= left - 1)
        whole.gpus = whole.gpus | gpu_set::of(lowest_bit(left));
    return whole;
}

/// Which request classes choice_by_fall decides on, and what nodes of each type must have for them.
struct fall_glances {
    const type_glance* glances = nullptr;  ///< [classes, types]
    const std::uint8_t* decides = nullptr; ///< [classes] null: on none
    std::uint32_t types = 0;

    /// Those of a class, by type; null where each GPU has to be looked at.
    [[nodiscard]] GPUPACK_HD constexpr const type_glance* of_class(std::uint32_t nth) const noexcept {
        return decides == nullptr || decides[nth] == 0 ? nullptr : glances + std::size_t{nth} * types;
    }
};

/// What fall_glances points to, on the host.
class fall_glance_table {
  public:
    /// Decides on nothing.
    fall_glance_table() = default;
    /// For some request classes, where GPUs are alike and sums decide.
    fall_glance_table(const std::vector<node_type>& types, const std::vector<request>& classes,
                      const policy::fragmentation_view& measure)
        : types_{static_cast<std::uint32_t>(types.size())} {
        if (!falls_are_summed(types, measure)) return;
        if (std::any_of(types.begin(), types.end(),
                        [](const node_type& type) { return type.gpu_count > most_fall_lanes; }))
            return;
        for (const request& each : classes) {
            const std::vector<type_glance> glances =
                each.numa == numa_alignment::none ? glances_of(types, each) : std::vector<type_glance>{};
            decides_.push_back(glances.empty() ? 0 : 1);
            glances_.insert(glances_.end(), glances.begin(), glances.end());
            glances_.resize(decides_.size() * types.size());
        }
    }

    /// In the memory of place(vector).
    template <class Place> [[nodiscard]] fall_glances view(Place&& place) const {
        if (glances_.empty()) return {};
        return {place(glances_), place(decides_), types_};
    }

    /// Whether all classes are decided on.
    [[nodiscard]] bool decides_all() const noexcept {
        return !decides_.empty() && std::find(decides_.begin(), decides_.end(), 0) == decides_.end();
    }

  private:
    std::vector<type_glance> glances_;  // [classes, types]
    std::vector<std::uint8_t> decides_; // [classes]
    std::uint32_t types_ = 0;
};

} // namespace gpupack::gpu::detail
