// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// How much each of HAMi's three dimensions counts.
struct hami_weights {
    policy::score slots = 1;  ///< Of the tasks on a device.
    policy::score cores = 1;  ///< Of compute.
    policy::score memory = 1; ///< Of memory.

    friend bool operator==(const hami_weights&, const hami_weights&) = default;
};

/// What is in use, and what there is, of a device or of a node's devices together, in any units.
struct hami_load {
    policy::score slots_used = 0;  ///< Tasks.
    policy::score slots = 0;       ///< Tasks that it takes: gpu_setup::max_sharers of each device.
    policy::score cores_used = 0;  ///< Compute in use.
    policy::score cores = 0;       ///< Compute.
    policy::score memory_used = 0; ///< Memory in use.
    policy::score memory = 0;      ///< Memory.
};

/// HAMi's score of a load: 10 (w_slots slots + w_cores cores + w_memory memory), each as the part in use.
///
/// Rounding: each quotient down at 10^-7; HAMi computes in 32-bit floating point, so that near-equals may tie
/// there.
/// Source: HAMi's ComputeScore (docs/sources.md#hami).
///
/// @return millionths of a point; 0 where there is none of one dimension
[[nodiscard]] GPUPACK_HD constexpr policy::score hami_score(const hami_load& load,
                                                            const hami_weights& weights = {}) noexcept {
    constexpr policy::score ten_points = 10'000'000;
    if (load.slots == 0 || load.cores == 0 || load.memory == 0) return 0;
    return weights.slots * (load.slots_used * ten_points / load.slots) +
           weights.cores * (load.cores_used * ten_points / load.cores) +
           weights.memory * (load.memory_used * ten_points / load.memory);
}

/// What HAMi calls a device policy.
enum class hami_rule : std::uint8_t { binpack, spread, mutex };

/// Prefers GPUs by HAMi's device score before the request is placed: the highest under binpack, the lowest under spread, idle
/// GPUs under mutex.
///
/// HAMi means to count the request in, and its unit tests do; as installed it does not, because the type that a request
/// carries is another word than the type under which devices are registered.
///
/// Ties: higher NUMA node (gpu_setup::numa), as there; then lower GPU set: there none. MIG starts as HAMi's.
/// Source: HAMi's device order (docs/sources.md#hami).
struct hami_gpus {
    hami_rule rule = hami_rule::spread; ///< How devices are ordered.
    /// The NUMA node comes first: the lowest under binpack, else the highest; GPUs are not held to one node.
    bool numa_bind = false;
    hami_weights weights{};    ///< How much each dimension counts.
    bool with_request = false; ///< Whether the request counts, as in HAMi's unit tests.

    /// The number by which HAMi orders its devices; the highest is taken first.
    ///
    /// @param numa    0 to 15
    /// @param scored  hami_score of the device with the request on it
    /// @param used    tasks on the device
    [[nodiscard]] GPUPACK_HD constexpr policy::score rank(int numa, policy::score scored, int used) const noexcept {
        constexpr policy::score numas = 16;
        const bool pack = rule == hami_rule::binpack;
        const policy::score value = rule == hami_rule::mutex ? (used == 0 ? 1 : 0) : pack ? scored : -scored;
        if (!numa_bind) return value * numas + numa;
        return (pack ? numas - 1 - numa : numa) * (policy::score{1} << 29) + value;
    }

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        constexpr policy::score starts = 16;
        policy::score sum = 0;
        for_each_gpu_indexed(chosen.gpus, [&](int nth, int i) {
            const gpu_capacity& capacity = chosen.node.capacity(i);
            const policy::score scored = hami_score(load_of_gpu(chosen.node.gpu(i), capacity, request.share), weights);
            sum += starts * rank(capacity.numa, scored, chosen.node.gpu(i).sharers());
            if (request.share.way() == sharing::mig)
                sum += detail::hami_start(*capacity.mig, chosen.slots[nth < max_instances ? nth : 0]);
        });
        return sum;
    }
    friend bool operator==(const hami_gpus&, const hami_gpus&) = default;

  private:
    [[nodiscard]] GPUPACK_HD constexpr hami_load load_of_gpu(const gpu_state& gpu, const gpu_capacity& capacity,
                                                             const share& request) const noexcept {
        const bool whole = request.way() == sharing::exclusive;
        hami_load load{.slots_used = gpu.sharers(), .slots = capacity.max_sharers, .cores = capacity.compute};
        load.cores_used = capacity.compute - gpu.compute_free;
        load.memory = capacity.memory;
        load.memory_used = capacity.memory - gpu.memory_free;
        if (with_request) {
            load.slots_used += 1;
            load.cores_used += whole ? capacity.compute : request.compute().count();
            load.memory_used += whole ? capacity.memory : request.memory_of(capacity.memory);
        }
        if (capacity.memory > 0) return load;
        load.memory = load.cores;
        load.memory_used = load.cores_used;
        return load;
    }
};

/// Prefers nodes by HAMi's node score before the request is placed: the highest (pack) or the lowest (spread).
///
/// Score: millionths of a point; a request without GPUs as kubernetes_default, to which HAMi leaves it.
/// Ties: lower node; there chance.
/// Source: HAMi's node score (docs/sources.md#hami).
struct hami_node {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        if (request.gpus == 0) return kubernetes_default{}(node, request);
        hami_load all{.cores_used = (node.compute() - node.compute_free()).count(), .cores = node.compute().count()};
        for (int i = 0; i < node.gpu_count(); ++i) {
            all.slots_used += node.gpu(i).sharers();
            all.slots += node.capacity(i).max_sharers;
            all.memory_used += node.capacity(i).memory - node.gpu(i).memory_free;
            all.memory += node.capacity(i).memory;
        }
        if (all.memory == 0) {
            all.memory_used = all.cores_used;
            all.memory = all.cores;
        }
        return lean == policy::strategy::binpack ? hami_score(all) : -hami_score(all);
    }
    friend bool operator==(const hami_node&, const hami_node&) = default;
};

static_assert(policy::scorer<hami_gpus> && policy::scorer<hami_node>);

} // namespace gpupack::dialect
