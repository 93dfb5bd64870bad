// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Part of whole in percent; 0 where the whole is 0.
[[nodiscard]] constexpr double percent(std::int64_t part, std::int64_t whole) noexcept {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// What tasks hold of the GPUs and have requested: of each GPU its compute or its memory, whichever is used more. A
/// whole GPU that serves a request for half a GPU counts half. Cost: a pass over the GPUs.
[[nodiscard]] inline milli_gpu served_compute(const cluster& cluster) noexcept {
    std::int64_t used = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        for (int i = 0; i < node.gpu_count(); ++i) used += used_part(node.gpu(i), node.capacity(i));
    }
    return milli_gpu{used} - cluster.rounding_overhead();
}

/// served_compute() in percent of all GPUs.
[[nodiscard]] inline double allocated_percent(const cluster& cluster) noexcept {
    return percent(served_compute(cluster).count(), cluster.compute().count());
}

/// The fragmentation of all nodes, in expected tasks times milli-GPUs.
///
/// @param cluster   as it is
/// @param expected  the tasks by which fragmentation is measured
[[nodiscard]] inline std::int64_t total_fragmentation(const cluster& cluster,
                                                      const policy::fragmentation_view& expected) noexcept {
    std::int64_t sum = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) sum += expected.fragmentation(cluster.node_at(n));
    return sum;
}

/// Free compute that the expected tasks cannot use, on average over them, in percent of all GPUs: the fragmentation of
/// FGD, whatever policy placed the tasks.
///
/// @param cluster   as it is
/// @param expected  the tasks by which fragmentation is measured; without any, the result is 0
[[nodiscard]] inline double fragmented_percent(const cluster& cluster,
                                               const policy::fragmentation_view& expected) noexcept {
    if (expected.total == 0) return 0.0;
    return percent(total_fragmentation(cluster, expected), cluster.compute().count()) /
           static_cast<double>(expected.total);
}

} // namespace gpupack::replay
