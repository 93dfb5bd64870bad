// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/workload/task.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The sizes by which tasks are counted.
enum class size_class : std::uint8_t {
    cpu_only, ///< No GPU.
    slice,    ///< Parts of GPUs, of any number of them.
    one,      ///< One whole GPU.
    two,      ///< Two whole GPUs.
    four,     ///< Three or four whole GPUs.
    eight     ///< Five or more whole GPUs.
};

/// How many sizes there are.
inline constexpr std::size_t size_class_count = 6;

/// Their names, in their order.
inline constexpr std::array<std::string_view, size_class_count> size_class_names{"CPU only", "slice",  "1 GPU",
                                                                                 "2 GPUs",   "4 GPUs", "8 GPUs"};

/// The size that a request counts for.
[[nodiscard]] constexpr size_class size_of(const request& request) noexcept {
    if (request.gpus == 0) return size_class::cpu_only;
    if (request.share.way() != sharing::exclusive) return size_class::slice;
    if (request.gpus == 1) return size_class::one;
    if (request.gpus == 2) return size_class::two;
    return request.gpus <= 4 ? size_class::four : size_class::eight;
}

/// Tasks by size.
struct size_counts {
    std::array<std::int64_t, size_class_count> arrived{}; ///< All.
    std::array<std::int64_t, size_class_count> failed{};  ///< Not placed.
    std::array<std::int64_t, size_class_count> waited{};  ///< Placed later than they arrived.

    friend constexpr bool operator==(const size_counts&, const size_counts&) = default;
};

/// Counts the decisions of a replay by size.
///
/// @param tasks     of the workload
/// @param replayed  what came of them
/// @param begin     arrivals before are left out, while the cluster fills
[[nodiscard]] inline size_counts count_sizes(const std::vector<workload::task>& tasks, const result& replayed,
                                             std::int64_t begin = 0) {
    size_counts counts;
    for (const outcome& each : replayed.outcomes) {
        if (each.arrived < begin) continue;
        const auto size = static_cast<std::size_t>(size_of(tasks[each.task].request));
        ++counts.arrived[size];
        counts.failed[size] += each.placed ? 0 : 1;
        counts.waited[size] += has_waited(each) ? 1 : 0;
    }
    return counts;
}

} // namespace gpupack::replay
