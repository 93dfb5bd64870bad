// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// A node of a recorded cluster.
struct trace_node {
    std::string name;
    node_spec spec;
};

/// A task of a recorded workload.
struct trace_task {
    std::string name;
    gpupack::request request;
    std::optional<std::int64_t> created;  ///< when it arrived, in seconds
    std::optional<std::int64_t> runs_for; ///< how long it ran once placed, in seconds; none if it never left
    std::string model_list{};             ///< the GPU models as the file writes them; request.models is what they mean
};

/// A recorded cluster and the tasks that came to it.
///
/// models  numbers the GPU models; the requests of the tasks are resolved against it, so a cluster for them must be
///         built from it
struct trace {
    model_table models;
    std::vector<trace_node> nodes;
    std::vector<trace_task> tasks;

    /// The tasks as a mix: each distinct request with how often it comes, and how its model list was written.
    [[nodiscard]] task_mix mix() const {
        task_mix all;
        for (const trace_task& task : tasks) all.add(task.request, 1, task.model_list);
        return all;
    }

    /// The cluster with its nodes numbered in the given order, or in the recorded one.
    ///
    /// order  indices into nodes; those that it leaves out are not there. Empty: all, as recorded
    [[nodiscard]] expected<cluster, input_error> build(const std::vector<std::size_t>& order = {}) const {
        cluster_builder builder{models};
        for (std::size_t i = 0; i < (order.empty() ? nodes.size() : order.size()); ++i) {
            const trace_node& node = nodes[order.empty() ? i : order[i]];
            builder.add_node(node.name, node.spec);
        }
        return std::move(builder).build();
    }
};

} // namespace gpupack::workload
