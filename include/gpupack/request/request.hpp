// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/gpu_selector.hpp>
#include <gpupack/request/label_selector.hpp>
#include <gpupack/request/numa_alignment.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstdint>
#include <string>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// The most GPUs on which one request may have instances (MIG, vGPU).
inline constexpr int max_instances = 8;

/// The most GPUs over which memory may be split unevenly.
inline constexpr int max_pieces = 8;

/// What one task asks of one node.
///
///
/// Two requests that compare equal are of one shape: every policy answers both alike.
struct request {
    milli_cpu cpu{};    ///< Of the host.
    mebibytes memory{}; ///< Of the host.
    /// How many different GPUs, 0 to 32; of instances, 0 to 8, each on a GPU of its own; 0 to 8 for split slices.
    int gpus = 0;
    gpupack::share share = exclusive{}; ///< How it wants each of them; means nothing where gpus is 0.
    model_set models = model_set::any(); ///< The GPU models that will do, as ids of the cluster's model_table.
    label_terms labels{}; ///< What its GPUs, or without GPUs its node, must be labelled and must not.
    gpu_choice ids{}; ///< The very GPUs that will do, or that will not.
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
    const int percent = request.share.memory_percent();
    if (percent < 0 || percent > 100 || (percent > 0 && memory.count() != 0)) return false;
    return memory.count() >= 0 && memory.count() <= max_amount && compute.count() >= 0 && compute <= whole_gpu &&
           (memory.count() > 0 || compute.count() > 0 || percent > 0);
}

/// The request itself where it is valid, else which amount is out of its range; for requests built from outside
/// data.
[[nodiscard]] inline expected<request, input_error> checked(const request& request) {
    if (is_valid(request)) return request;
    const auto out_of_range = [](std::int64_t amount) { return amount < 0 || amount > max_amount; };
    if (out_of_range(request.cpu.count()))
        return bad_input("cpu", std::to_string(request.cpu.count()), "from 0 to 2147483647 milli-cores");
    if (out_of_range(request.memory.count()))
        return bad_input("memory", std::to_string(request.memory.count()), "from 0 to 2147483647 MiB");
    if (request.gpus < 0 || request.gpus > max_gpus_per_node)
        return bad_input("gpus", std::to_string(request.gpus), "from 0 to 32");
    if (request.numa > numa_alignment::single || (request.share.is_split() && request.numa != numa_alignment::none))
        return bad_input("numa", std::to_string(static_cast<int>(request.numa)),
                         "from 0 (none) to 3 (single); none for split slices");
    if (in_profiles(request.share.way())) {
        if (request.gpus > max_instances)
            return bad_input("gpus", std::to_string(request.gpus), "from 0 to 8 instances");
        return bad_input("profiles", "", "one at least");
    }
    const int percent = request.share.memory_percent();
    if (percent < 0 || percent > 100)
        return bad_input("slice memory", std::to_string(percent).append(" %"), "from 1 to 100 %");
    if (percent > 0 && request.share.memory().count() != 0)
        return bad_input("slice memory", std::to_string(percent).append(" %"), "MiB or percent, not both");
    if (request.share.is_split() && request.gpus > max_pieces)
        return bad_input("gpus", std::to_string(request.gpus), "from 0 to 8 GPUs to split memory over");
    if (request.share.is_split() && request.share.memory().count() < 1)
        return bad_input("least slice memory", std::to_string(request.share.memory().count()), "1 MiB or more");
    if (request.share.is_split() && request.share.memory().count() <= max_amount)
        if (const mebibytes total = request.share.total_memory();
            total.count() > max_amount || total < request.share.memory() * request.gpus)
            return bad_input("total slice memory", std::to_string(total.count()),
                             "at least what each GPU gives at least, and at most 2147483647 MiB");
    if (out_of_range(request.share.memory().count()))
        return bad_input("slice memory", std::to_string(request.share.memory().count()), "from 0 to 2147483647 MiB");
    return bad_input("slice compute", std::to_string(request.share.compute().count()),
                     "from 0 to 1000 milli-GPUs, and memory or compute above 0");
}

} // namespace gpupack
