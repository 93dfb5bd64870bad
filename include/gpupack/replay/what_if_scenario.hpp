// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/workload/arrival_stream.hpp>

#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Whether an order is drawn from a scenario's seed.
enum class drawn_order : std::uint8_t {
    by_seed, ///< Drawn.
    as_given ///< Kept.
};

/// One question of "what if": a replay that is to be made.
struct what_if_scenario {
    /// Of the order of tasks, of what arrives after them, and of the numbers of nodes.
    std::uint64_t seed = 42;
    /// Milli-GPUs that arrive at most: the load times the cluster's GPUs; each_once for each task once.
    std::int64_t arriving = workload::arrival_stream<std::uint32_t>::each_once;
    std::uint32_t variant = 0;                ///< Index into the policies.
    drawn_order tasks = drawn_order::by_seed; ///< Order in which tasks arrive.
    drawn_order nodes = drawn_order::by_seed; ///< Order in which nodes are numbered.
    std::vector<node_id> removed{};           ///< Nodes that are not there.
};

} // namespace gpupack::replay
