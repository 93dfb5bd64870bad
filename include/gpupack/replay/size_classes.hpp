// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/workload/trace.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/request/request.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The sizes by which tasks are counted: no GPU; parts of GPUs, of however many; and whole GPUs, 3 counted with 4, and
/// 5 and more with 8.
enum class size_class : std::uint8_t { cpu_only, slice, one, two, four, eight };

/// How many sizes there are.
inline constexpr std::size_t size_class_count = 6;

/// What each is called, in their order.
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
///
/// arrived, failed, waited  [sizes]  waited: placed later than they arrived, in a timeline
struct size_counts {
    std::array<std::int64_t, size_class_count> arrived{};
    std::array<std::int64_t, size_class_count> failed{};
    std::array<std::int64_t, size_class_count> waited{};

    friend constexpr bool operator==(const size_counts&, const size_counts&) = default;
};

/// Counts what arrived, what failed, and what waited.
///
/// of    from run or run_timeline on these tasks
/// late  timeline_result::late; empty where nothing waits
[[nodiscard]] inline size_counts count_sizes(const std::vector<workload::trace_task>& tasks, const result& of,
                                             const std::vector<std::size_t>& late = {}) {
    size_counts told;
    for (const outcome& each : of.outcomes) {
        const auto size = static_cast<std::size_t>(size_of(tasks[each.task].request));
        ++told.arrived[size];
        told.failed[size] += each.placed ? 0 : 1;
    }
    for (const std::size_t task : late) ++told.waited[static_cast<std::size_t>(size_of(tasks[task].request))];
    return told;
}

} // namespace gpupack::replay
