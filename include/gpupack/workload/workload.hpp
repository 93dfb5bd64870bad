// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/workload/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// A node of a workload's cluster.
struct node {
    std::string name;     ///< Empty, or a name that no other node has.
    node_spec spec;       ///< What the node has.
    std::string domain{}; ///< The narrowest domain that holds it, by name; empty: only the cluster does.
};

/// A cluster and the tasks that arrive at it: recorded or made up.
struct workload {
    std::string name;          ///< Name on command lines and in reports.
    model_table models{};      ///< Numbers the GPU models; the requests of the tasks are resolved against it.
    label_table labels{};      ///< Numbers the labels that tasks name, as their requests are resolved.
    domain_tree domains{};     ///< What nodes are close to each other.
    std::vector<node> nodes{}; ///< The nodes, in the order in which they are numbered.
    std::vector<task> tasks{}; ///< The tasks, in any order.
    std::string unit{};        ///< Of task sizes: "compute slices", "MiB", "GB of frame buffer", "GPUs", "milli-GPUs".
    std::int64_t capacity = 0; ///< Of the whole cluster, in that unit.

    /// The tasks as a mix: each distinct request with its weight, and how its model list is spelled; of a gang, each
    /// member counts.
    [[nodiscard]] task_mix mix() const {
        task_mix all;
        for (const task& each : tasks) all.add(each.request, std::int64_t{each.weight} * each.members, each.model_list);
        return all;
    }

    /// The cluster, with nothing placed.
    ///
    /// @param order  indices into nodes: how they are numbered; those left out are not there. Empty: all, as listed
    /// @return the cluster, or what cluster_builder refuses
    [[nodiscard]] expected<cluster, input_error> build(const std::vector<std::size_t>& order = {}) const {
        cluster_builder builder{models};
        builder.domains(domains);
        std::vector<std::string> named;
        for (std::size_t l = 0; l < labels.size(); ++l) named.emplace_back(labels.text(static_cast<int>(l)));
        builder.labels(named);
        for (std::size_t i = 0; i < (order.empty() ? nodes.size() : order.size()); ++i) {
            const node& added = nodes[order.empty() ? i : order[i]];
            if (added.name.empty())
                builder.add_nodes(1, added.spec, added.domain);
            else
                builder.add_node(added.name, added.spec, {}, added.domain);
        }
        return std::move(builder).build();
    }
};

} // namespace gpupack::workload
