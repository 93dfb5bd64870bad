// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/replay/quotas.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace replay_program {

/// All that a replay reads.
struct inputs {
    gpupack::workload::workload workload;
    std::optional<std::vector<gpupack::request>> history;            ///< What --history expects, in its order.
    std::optional<std::vector<gpupack::workload::arrival>> arrivals; ///< Where --order or --timeline gives them.
    std::optional<gpupack::replay::quotas> quotas;                   ///< Where --quota names a file.
    std::optional<std::vector<std::size_t>> node_order;              ///< Indices of nodes, where --node-order is given.
};

/// Reads the workload and the orders that the options name.
///
/// @return all of it, or the first error: io::read_trace's, also of the history, and io::read_names'; a node order that
///         does not hold every node once; a timeline of tasks without times
[[nodiscard]] gpupack::expected<inputs, gpupack::input_error> read_inputs(const options& chosen);

/// What is said of tasks that want only models that no node has: "pods.csv: 10 of 12 tasks want GPUs of a model that no node has:
/// H100-80GB"; empty where there are none.
[[nodiscard]] std::string absent_models_text(const gpupack::workload::workload& workload);
/// The same of labels.
[[nodiscard]] std::string absent_labels_text(const gpupack::workload::workload& workload);

} // namespace replay_program
