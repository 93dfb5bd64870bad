// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster_view.hpp"
#include "watcher.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace extender {

/// How nodes are scored.
enum class scoring { fewest_lost, most_used, none };

/// What the service counts.
struct service_counters {
    std::atomic<std::uint64_t> calls = 0; ///< prioritize.
    std::atomic<std::uint64_t> refused = 0; ///< Bodies that could not be read.
    std::atomic<std::uint64_t> micros = 0; ///< Time in prioritize.
};

/// Answers `prioritize` of kube-scheduler's extender protocol: the body of the reply, or nothing where the request is bad.
[[nodiscard]] std::optional<std::string> prioritize(const std::string& body, cluster_view& view, scoring rule, bool dry_run);

/// The metrics in Prometheus' text form.
[[nodiscard]] std::string metrics_text(const cluster_view& view, const watch_state& watches, const service_counters& counters);

} // namespace extender
