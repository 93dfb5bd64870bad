// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_access.hpp"
#include "objects.hpp"

#include <atomic>
#include <cstdint>

namespace extender {

/// What the watches are doing, for /metrics and /healthz.
struct watch_state {
    std::atomic<int> listed = 0;             ///< Kinds that were listed at least once.
    std::atomic<std::uint64_t> events = 0;   ///< Objects received.
    std::atomic<std::uint64_t> restarts = 0; ///< Lists after the first.
    std::atomic<std::uint64_t> refused = 0;  ///< Objects that could not be read.
    std::atomic<bool> stop = false;          ///< Asks the watches to end.
};

/// Lists and watches one kind until it is stopped; starts again whatever happens. Does not return before.
void watch(object_kind kind, const api_access& access, const object_sink& sink, watch_state& state);

} // namespace extender
