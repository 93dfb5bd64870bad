// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

#include <gpupack/workload/trace.hpp>
#include <gpupack/request/request.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// All that a replay reads.
///
/// name        of the workload
/// history     what --history expects, in its order
/// order       indices of tasks, where --order or --timeline gives the arrivals
/// node_order  indices of nodes, where --node-order gives it
struct inputs {
    std::string name;
    gpupack::workload::trace trace;
    std::optional<std::vector<gpupack::request>> history;
    std::optional<std::vector<std::size_t>> order;
    std::optional<std::vector<std::size_t>> node_order;
};

/// Reads the workload and the orders that the options name.
///
/// errors  io::read_trace's, also of the history and io::read_names'; a node order that does not hold every node once; a timeline of
///         tasks without times
[[nodiscard]] gpupack::expected<inputs, gpupack::input_error> read_inputs(const options& chosen);

} // namespace replay_program
