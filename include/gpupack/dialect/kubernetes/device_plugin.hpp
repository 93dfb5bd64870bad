// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers the GPUs with the most tasks on them (pack) or the fewest (spread).
///
/// Score: plus or minus the tasks on the chosen GPUs.
/// Ties: lower GPU set.
/// Source: the policies `packed` and `distributed` for replicas of NVIDIA's device plugin
/// (docs/sources.md#device-plugin).
struct device_plugin {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request&) const noexcept {
        policy::score sharers = 0;
        for_each_gpu(chosen.gpus, [&](int i) { sharers += chosen.node.gpu(i).sharers(); });
        return lean == policy::strategy::binpack ? sharers : -sharers;
    }
    friend bool operator==(const device_plugin&, const device_plugin&) = default;
};

static_assert(policy::scorer<device_plugin>);

/// How many replicas of each GPU.
struct replica_counts {
    std::int16_t of[max_gpus_per_node] = {}; ///< [GPUs]

    /// All together.
    [[nodiscard]] GPUPACK_HD constexpr int sum() const noexcept {
        int all = 0;
        for (const std::int16_t each : of) all += each;
        return all;
    }
    GPUPACK_HD friend constexpr bool operator==(const replica_counts& a, const replica_counts& b) noexcept {
        for (int i = 0; i < max_gpus_per_node; ++i)
            if (a.of[i] != b.of[i]) return false;
        return true;
    }
};

/// Which GPU the device plugin takes of those with equally many replicas left.
enum class replica_ties : std::uint8_t {
    least_picked, ///< The one least picked for this pod: since June 2026.
    lowest        ///< The lowest; there any: before.
};

/// The replicas that NVIDIA's device plugin prefers for one pod, several of one GPU if need be: those that are required, and
/// then one by one of the GPU with the fewest left (pack) or the most (spread).
///
/// Ties: by `ties`, then lower GPU; there any.
/// Source: the policies `packed` and `distributed` of NVIDIA's device plugin (docs/sources.md#device-plugin).
///
/// @param free      replicas of each GPU that are free, beside the required ones
/// @param required  replicas that the answer must have
/// @param size      how many replicas the pod gets in all
/// @param lean      whether it packs or spreads
/// @param ties      which GPU it takes of equal ones
/// @return          the replicas of each GPU; none where there are too few
[[nodiscard]] GPUPACK_HD constexpr replica_counts
preferred_replicas(replica_counts free, const replica_counts& required, int size, policy::strategy lean,
                   replica_ties ties = replica_ties::least_picked) noexcept {
    replica_counts picked;
    const int needed = size - required.sum();
    if (needed < 0 || needed > free.sum()) return {};
    for (int n = 0; n < needed; ++n) {
        int best = -1;
        for (int g = 0; g < max_gpus_per_node; ++g) {
            if (free.of[g] == 0) continue;
            if (best < 0) {
                best = g;
                continue;
            }
            const int left =
                lean == policy::strategy::binpack ? free.of[g] - free.of[best] : free.of[best] - free.of[g];
            const bool less_picked = ties == replica_ties::least_picked && picked.of[g] < picked.of[best];
            if (left < 0 || (left == 0 && less_picked)) best = g;
        }
        --free.of[best];
        ++picked.of[best];
    }
    for (int g = 0; g < max_gpus_per_node; ++g) picked.of[g] = static_cast<std::int16_t>(picked.of[g] + required.of[g]);
    return picked;
}

/// Whether the device plugin refuses a pod that asks for several replicas of shared GPUs: where it is told to, which is its
/// default under MPS. GPUs with one replica are not shared.
///
/// Source: its ValidateRequest and failRequestsGreaterThanOne (docs/sources.md#device-plugin).
///
/// @param size            replicas that the pod asks for
/// @param replicas        replicas of each GPU
/// @param fail_above_one  whether the option is set
[[nodiscard]] GPUPACK_HD constexpr bool device_plugin_refuses(int size, int replicas, bool fail_above_one) noexcept {
    return fail_above_one && size > 1 && replicas > 1;
}

} // namespace gpupack::dialect
