// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/replay/quotas.hpp>
#include <gpupack/request/request.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::replay {

/// What becomes of a task that does not fit when it arrives.
enum class no_fit_rule : std::uint8_t {
    reject, ///< It is dropped.
    /// It waits and is tried again whenever a task has left; one that would not fit an empty cluster is rejected.
    wait
};

/// When the state of the cluster is sampled on the way.
enum class sampling : std::uint8_t {
    none,        ///< Never.
    by_arrivals, ///< At the start, at each percent of the cluster's compute that has arrived, and at the last arrival.
    by_time      ///< At most 201 times, evenly spaced from the first arrival to the last.
};

/// How tasks are replayed, and what is measured.
struct options {
    no_fit_rule no_fit = no_fit_rule::reject; ///< What happens to a task that does not fit.
    discipline queue{};                       ///< In which order waiting tasks start, and whom priorities end.
    /// Who may use how much; none: everybody all.
    std::optional<replay::quotas> quotas{};
    sampling samples = sampling::none;     ///< When the cluster is sampled.
    bool samples_nodes = false;            ///< Whether each sample says what is in use of each node.
    policy::fragmentation_view expected{}; ///< The tasks by which fragmentation is measured.
    /// From when on means over time are taken; none: from the first arrival.
    std::optional<std::int64_t> measure_from{};
    /// Called with each request once it was tried, so that a mix_learner may see it and renew the policy.
    std::function<void(const request&)> arrived{};
    /// Called about a hundred times with the number of arrivals so far.
    std::function<void(std::size_t)> progress{};
};

} // namespace gpupack::replay
