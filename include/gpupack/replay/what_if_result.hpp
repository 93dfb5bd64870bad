// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay {

/// What came of a what-if replay.
struct what_if_result {
    std::uint32_t placed = 0;        ///< Tasks.
    std::uint32_t failed = 0;        ///< Tasks.
    std::uint32_t first_failure = 0; ///< Tasks that arrived before the first that failed; all, where none did.
    std::int64_t arrived = 0;        ///< Milli-GPUs that tasks asked for.
    /// Milli-GPUs that tasks hold and have asked for at the end, including those placed before.
    std::int64_t allocated = 0;
    std::int64_t capacity = 0;   ///< Milli-GPUs of all GPUs that are there.
    std::int64_t fragmented = 0; ///< Of the whole cluster, in expected tasks times milli-GPUs.

    /// allocated in percent of capacity, as replay::allocated_percent; 0 where there is none.
    [[nodiscard]] double allocated_percent() const noexcept { return percent_of_capacity(allocated); }
    /// fragmented in percent of capacity, on average over the expected tasks, as replay::fragmented_percent.
    ///
    /// @param tasks  in the mix that fragmentation is measured by
    [[nodiscard]] double fragmented_percent(std::int64_t tasks) const noexcept {
        return tasks == 0 ? 0.0 : percent_of_capacity(fragmented) / static_cast<double>(tasks);
    }

    friend bool operator==(const what_if_result&, const what_if_result&) = default;

  private:
    [[nodiscard]] double percent_of_capacity(std::int64_t part) const noexcept {
        return capacity == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(capacity);
    }
};

/// One decision of a what-if replay.
struct what_if_decision {
    std::uint32_t task = 0; ///< The task that arrived.
    selection choice{};     ///< Where it went; the node by its number in the world, before nodes are renumbered.
};

} // namespace gpupack::replay
