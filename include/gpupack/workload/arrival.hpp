// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::workload {

/// One arrival of a task in a replay. A task may arrive many times.
struct arrival {
    std::size_t task = 0;                   ///< Index into the tasks of the workload.
    std::int64_t time = 0;                  ///< When it arrives, in whatever unit the replay counts time.
    std::optional<std::int64_t> duration{}; ///< How long it runs once placed; none where it never leaves.

    friend constexpr bool operator==(const arrival&, const arrival&) = default;
};

} // namespace gpupack::workload
