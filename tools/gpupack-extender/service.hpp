// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster_view.hpp"
#include "watcher.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace extender {

/// How nodes are scored.
enum class scoring { fewest_lost, most_used, none };

/// What the service counts.
struct service_counters {
    std::atomic<std::uint64_t> calls = 0;   ///< prioritize.
    std::atomic<std::uint64_t> refused = 0; ///< Bodies that could not be read.
    std::atomic<std::uint64_t> micros = 0;  ///< Time in prioritize.
};

/// Answers `prioritize` of kube-scheduler's extender protocol: the body of the reply, or nothing where the request is bad.
[[nodiscard]] std::optional<std::string> prioritize(const std::string& body, cluster_view& view, scoring rule,
                                                    bool dry_run);

/// The same request, answered by what is behind the scores: for each node whether devices would be found, which ones
/// kube-scheduler will take, and the placements lost and left. Nothing where the request is bad.
[[nodiscard]] std::optional<std::string> forecast(const std::string& body, cluster_view& view);

/// The metrics in Prometheus' text form.
[[nodiscard]] std::string metrics_text(const cluster_view& view, const watch_state& watches,
                                       const service_counters& counters);
/// Those of the watches.
[[nodiscard]] std::string watch_metrics(const watch_state& watches);

} // namespace extender
