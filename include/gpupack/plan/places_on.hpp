// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace gpupack::inline GPUPACK_ABI::plan {

/// What a node counts for at most, where a request asks for nothing that could run out.
inline constexpr std::int64_t most_places = 1'000'000;

namespace detail {

/// How many instances of the first profile with a place can be created one after the other on a GPU, at best.
class instance_places {
  public:
    /// @param table     of the GPU
    /// @param profiles  that will do, as bits by index of the table
    instance_places(const partition_table& table, std::uint32_t profiles) noexcept
        : table_{table}, profiles_{profiles} {}

    /// @param occupied  bits that are taken
    [[nodiscard]] std::int64_t most(std::uint64_t occupied) {
        const std::int64_t lowest_first = greedy(occupied);
        return lowest_first == bound(occupied) ? lowest_first : search(occupied);
    }

  private:
    [[nodiscard]] int first_open(std::uint64_t occupied) const noexcept {
        const std::uint32_t open = table_.open_profiles(occupied) & profiles_;
        return open == 0 ? -1 : lowest_bit(open);
    }
    [[nodiscard]] std::int64_t greedy(std::uint64_t occupied) const noexcept {
        std::int64_t placed = 0;
        for (int profile = first_open(occupied); profile >= 0; profile = first_open(occupied), ++placed)
            occupied |= table_.slots[table_.first_free(profile, occupied)].taken;
        return placed;
    }
    /// The bits that free slots could take, divided by those of the smallest.
    [[nodiscard]] std::int64_t bound(std::uint64_t occupied) const noexcept {
        std::uint64_t all = 0;
        int smallest = partition_table::bits;
        for (int slot = 0; slot < table_.slot_count; ++slot) {
            if ((profiles_ >> table_.slots[slot].profile & 1U) == 0 || !table_.is_free(slot, occupied)) continue;
            const std::uint64_t taken = table_.slots[slot].taken & ~table_.lock;
            all |= taken;
            smallest = std::min(smallest, std::max(1, count_bits(taken)));
        }
        return count_bits(all) / smallest;
    }
    [[nodiscard]] std::int64_t search(std::uint64_t occupied) {
        const auto known = known_.find(occupied);
        if (known != known_.end()) return known->second;
        const int profile = first_open(occupied);
        if (profile < 0) return 0;
        if (known_.size() >= most_states) return greedy(occupied);
        std::int64_t most = 0;
        const partition_profile& each = table_.profiles[profile];
        for (int slot = each.first_slot; slot < each.first_slot + each.slot_count; ++slot)
            if (table_.is_free(slot, occupied)) most = std::max(most, 1 + search(occupied | table_.slots[slot].taken));
        known_.emplace(occupied, most);
        return most;
    }

    static constexpr std::size_t most_states = 1 << 14;

    const partition_table& table_;
    std::uint32_t profiles_;
    std::unordered_map<std::uint64_t, std::int64_t> known_;
};

/// How many equal shares one GPU takes on which one fits, if nothing else of the node runs out.
[[nodiscard]] inline std::int64_t shares_on(const node_view& node, int gpu, const share& share) {
    if (share.way() == sharing::exclusive) return 1;
    const gpu_capacity& capacity = node.capacity(gpu);
    gpu_state state = node.gpu(gpu);
    if (in_profiles(share.way())) {
        const partition_table& table = *capacity.table(share.way());
        return instance_places{table, table.among(share.profiles())}.most(in_profiles(state.way) ? state.occupied()
                                                                                                 : 0);
    }
    const mebibytes memory{share.memory_of(capacity.memory)};
    if (!share.rule().is_plain()) {
        std::int64_t placed = 0;
        for (; fit::slice_fits(state, memory, share.compute()) && rule_admits(state, capacity, share); ++placed)
            state = after_taking(state, share, capacity);
        return placed;
    }
    std::int64_t most = capacity.max_sharers - state.sharers();
    if (memory.count() > 0) most = std::min(most, state.memory_free / memory.count());
    if (share.compute().count() > 0) most = std::min(most, state.compute_free / share.compute().count());
    return most;
}

/// How many sets of `width` different GPUs can be made at most, where each GPU may be in so many of them.
[[nodiscard]] inline std::int64_t most_sets(const std::array<std::int64_t, max_gpus_per_node>& shares, gpu_set gpus,
                                            int width) {
    const auto usable = [&](std::int64_t sets) {
        std::int64_t sum = 0;
        for_each_gpu(gpus, [&](int i) { sum += std::min(shares[static_cast<std::size_t>(i)], sets); });
        return sum;
    };
    std::int64_t sets = usable(most_places) / width;
    while (usable(sets) < sets * width) sets = usable(sets) / width;
    return sets;
}

/// How many of a request can be placed one after the other, each on the lowest GPUs that do.
[[nodiscard]] inline std::int64_t places_in_turn(const node_view& node, const request& request) {
    trial_node trial{node};
    std::int64_t placed = 0;
    for (; placed < most_places && fit::fits(trial.view(), request); ++placed) {
        const gpu_set gpus = fit::lowest_gpus(trial.view(), request);
        trial.take(request, gpus, fit::lowest_slots(trial.view(), gpus, request.share));
    }
    return placed;
}

} // namespace detail

/// How many of a request a node takes now if nothing else comes: its places for it.
///
/// It is the most that any choice of GPUs and slots allows. For split slices, and for GPUs on as few NUMA nodes as are left,
/// it is what comes of placing one after the other on the lowest GPUs that do.
/// Cost: some tens of nanoseconds; for several instances on a GPU up to some microseconds.
///
/// @param node     as it is now, or as it would be
/// @param request  a valid request, as it is placed
/// @return         at most most_places
[[nodiscard]] inline std::int64_t places_on(const node_view& node, const request& request) {
    if (!fit::fits(node, request)) return 0;
    std::int64_t most = most_places;
    if (request.cpu.count() > 0) most = std::min(most, node.cpu_free().count() / request.cpu.count());
    if (request.memory.count() > 0) most = std::min(most, node.memory_free().count() / request.memory.count());
    if (request.gpus == 0) return most;
    const bool spans =
        request.gpus > 1 && request.numa != numa_alignment::none && request.numa != numa_alignment::single;
    if (request.share.is_split() || spans) return detail::places_in_turn(node, request);
    const gpu_set fitting = fit::fitting_gpus(node, request);
    std::array<std::int64_t, max_gpus_per_node> shares{};
    for_each_gpu(fitting,
                 [&](int i) { shares[static_cast<std::size_t>(i)] = detail::shares_on(node, i, request.share); });
    if (request.gpus < 2 || request.numa == numa_alignment::none)
        return std::min(most, detail::most_sets(shares, fitting, request.gpus));
    std::int64_t sets = 0; // of GPUs that are on one NUMA node
    for (int numa = 0; numa < fit::max_numa_nodes; ++numa) {
        gpu_set near;
        for_each_gpu(fitting, [&](int i) {
            if (node.capacity(i).numa == numa) near.insert(i);
        });
        sets += detail::most_sets(shares, near, request.gpus);
    }
    return std::min(most, sets);
}

} // namespace gpupack::plan
