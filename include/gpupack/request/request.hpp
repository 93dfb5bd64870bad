// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/gpu_choice.hpp>
#include <gpupack/request/label_terms.hpp>
#include <gpupack/request/numa_alignment.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// The most GPUs on which one request may have instances (MIG, vGPU).
inline constexpr int max_instances = 8;

/// The most GPUs over which memory may be split unevenly.
inline constexpr int max_pieces = 8;

/// What one task asks of one node.
///
/// Two requests that compare equal are of one class: every policy answers both alike.
struct request {
    milli_cpu cpu{};    ///< Of the host.
    mebibytes memory{}; ///< Of the host.
    /// How many different GPUs, 0 to 32; of instances, 0 to 8, each on a GPU of its own; 0 to 8 for split slices.
    int gpus = 0;
    gpupack::share share = exclusive{};  ///< How it wants each of them; means nothing where gpus is 0.
    model_set models = model_set::any(); ///< The GPU models that will do, as ids of the cluster's model_table.
    label_terms labels{};                ///< What its GPUs, or without GPUs its node, must be labelled and must not.
    gpu_choice ids{};                    ///< The very GPUs that will do, or that will not.
    /// Over how few NUMA nodes its GPUs must lie; not with split slices.
    numa_alignment numa = numa_alignment::none;

    /// Whether it chooses GPUs by more than their model.
    [[nodiscard]] GPUPACK_HD constexpr bool selects() const noexcept { return !labels.empty() || !ids.is_any(); }
    /// Compute asked of all GPUs together, in milli-GPUs.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu total_compute() const noexcept {
        return gpus == 0 ? milli_gpu{} : share.compute() * gpus;
    }

    GPUPACK_HD friend constexpr bool operator==(const request& a, const request& b) noexcept {
        return a.cpu == b.cpu && a.memory == b.memory && a.gpus == b.gpus && a.share == b.share &&
               a.models == b.models && a.labels == b.labels && a.ids == b.ids && a.numa == b.numa;
    }
};

static_assert(std::is_trivially_copyable_v<request>);

/// Whether every amount of the request is in its range; what place() expects of its caller.
[[nodiscard]] GPUPACK_HD constexpr bool is_valid(const request& request) noexcept {
    const bool host = request.cpu.count() >= 0 && request.cpu.count() <= max_amount && request.memory.count() >= 0 &&
                      request.memory.count() <= max_amount;
    if (!host || request.gpus < 0 || request.gpus > max_gpus_per_node || request.numa > numa_alignment::single)
        return false;
    if (request.gpus == 0 || request.share.way() == sharing::exclusive) return true;
    if (in_profiles(request.share.way())) return request.gpus <= max_instances && !request.share.profiles().empty();
    const mebibytes memory = request.share.memory();
    const mebibytes total = request.share.total_memory();
    if (request.share.is_split() && (request.gpus > max_pieces || request.numa != numa_alignment::none ||
                                     memory.count() < 1 || total.count() > max_amount || total < memory * request.gpus))
        return false;
    const milli_gpu compute = request.share.compute();
    const std::int32_t part = request.share.memory_part();
    if (part < 0 || part > 1'000'000 || (part > 0 && memory.count() != 0)) return false;
    return memory.count() >= 0 && memory.count() <= max_amount && compute.count() >= 0 && compute <= whole_gpu &&
           (memory.count() > 0 || compute.count() > 0 || part > 0);
}

} // namespace gpupack
