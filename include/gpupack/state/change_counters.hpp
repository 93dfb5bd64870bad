// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_change.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// How often each kind of change has happened; an observer tells it: `counters.count(change)`.
class change_counters {
  public:
    /// Counts one change.
    void count(const cluster_change& change) noexcept { ++counts_[static_cast<std::size_t>(change.kind)]; }
    /// How often that kind has happened.
    [[nodiscard]] std::uint64_t operator[](change_kind kind) const noexcept {
        return counts_[static_cast<std::size_t>(kind)];
    }

  private:
    std::array<std::uint64_t, change_kinds> counts_{};
};

/// The counters, and what a cluster has and has free, as text that Prometheus reads: one metric a line, with its type.
///
/// Cost: a pass over the nodes.
[[nodiscard]] inline std::string metrics_text(const cluster& cluster, const change_counters& counters) {
    std::string text;
    const auto add = [&](std::string_view name, std::string_view type, std::string_view help, std::int64_t value) {
        text.append("# HELP gpupack_")
            .append(name)
            .append(" ")
            .append(help)
            .append("\n# TYPE gpupack_")
            .append(name)
            .append(" ");
        text.append(type).append("\ngpupack_").append(name).append(" ").append(std::to_string(value)).append("\n");
    };
    std::int64_t closed = 0;
    std::int64_t over_committed = 0;
    std::int64_t cpu_free = 0;
    std::int64_t memory_free = 0;
    std::int64_t gpu_memory_free = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_id id = cluster.id_at(n);
        if (!cluster.contains(id)) continue;
        const node_view node = cluster[id];
        closed += cluster.is_closed(id) ? 1 : 0;
        over_committed += cluster.is_over_committed(id) ? 1 : 0;
        cpu_free += node.cpu_free().count();
        memory_free += node.memory_free().count();
        for (int i = 0; i < node.gpu_count(); ++i) gpu_memory_free += node.gpu(i).memory_free;
    }
    const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
    add("nodes", "gauge", "Nodes.", count(cluster.node_count()));
    add("nodes_closed", "gauge", "Nodes that their owner has closed.", closed);
    add("nodes_over_committed", "gauge", "Nodes on which more runs than they have.", over_committed);
    add("gpus", "gauge", "GPUs of all nodes.", count(cluster.gpu_count()));
    add("gpus_idle", "gauge", "GPUs that may be given whole.", cluster.free_in(domain_id{}).idle_gpus);
    add("compute_milli", "gauge", "Compute of all GPUs in thousandths.", cluster.compute().count());
    add("compute_free_milli", "gauge", "Compute of all GPUs that is free.", cluster.compute_free().count());
    add("rounding_overhead_milli", "gauge", "Compute held beyond what was asked for.",
        cluster.rounding_overhead().count());
    add("gpu_memory_free_mebibytes", "gauge", "Memory of all GPUs that is free.", gpu_memory_free);
    add("cpu_free_milli", "gauge", "CPU of all nodes that is free, in thousandths of a core.", cpu_free);
    add("memory_free_mebibytes", "gauge", "Host memory of all nodes that is free.", memory_free);
    add("placements", "gauge", "Placements that are live.", count(cluster.live_placements()));
    add("placements_leaving", "gauge", "Placements that were told to leave.", count(cluster.leaving_placements()));
    text.append("# HELP gpupack_changes_total Changes by kind.\n# TYPE gpupack_changes_total counter\n");
    for (int k = 0; k < change_kinds; ++k) {
        std::string kind{describe(static_cast<change_kind>(k))};
        for (char& each : kind) each = each == ' ' ? '_' : each;
        text.append("gpupack_changes_total{kind=\"").append(kind).append("\"} ");
        text.append(std::to_string(counters[static_cast<change_kind>(k)])).append("\n");
    }
    return text;
}

} // namespace gpupack
