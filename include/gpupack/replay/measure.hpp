// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Part of whole in percent; 0 where the whole is.
[[nodiscard]] constexpr double percent(std::int64_t part, std::int64_t whole) noexcept {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// Compute that tasks hold and have asked for: a whole GPU that serves half a GPU's request counts half.
[[nodiscard]] inline milli_gpu served_compute(const cluster& on) noexcept {
    return on.compute() - on.compute_free() - on.rounding_overhead();
}

/// The same, in percent of all GPUs.
[[nodiscard]] inline double allocated_percent(const cluster& on) noexcept {
    return percent(served_compute(on).count(), on.compute().count());
}

/// Free compute that the expected tasks cannot use, on average over them, in percent of all GPUs: the fragmentation
/// of FGD, whatever policy placed the tasks.
[[nodiscard]] inline double fragmented_percent(const cluster& on,
                                               const policy::fragmentation_view& expected) noexcept {
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < on.size(); ++i) sum += expected.fragmentation(on[node_id{i}]);
    return expected.total == 0 ? 0.0 : percent(sum, on.compute().count()) / static_cast<double>(expected.total);
}

} // namespace gpupack::replay
