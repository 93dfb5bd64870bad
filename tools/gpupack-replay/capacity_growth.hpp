// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capacity_options.hpp"
#include "inputs.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// How many nodes of a sort would shorten the queue.
struct node_growth {
    std::string model;     ///< Of the GPUs of the nodes that are added.
    int gpus_per_node = 0; ///< Of each of them.
    std::optional<std::int64_t>
        nodes; ///< The fewest that suffice, where one less does not; none: not even the most that were tried.
    std::int64_t tried = 0; ///< The most that were tried.
    std::int64_t p95 = 0;   ///< The wait that 95 % do not exceed then, in seconds.
};

/// What shortens the queue.
struct wait_answer {
    std::int64_t p95 = 0;            ///< As it is, in seconds.
    std::size_t placed = 0;          ///< Tasks that started.
    std::vector<node_growth> growth; ///< By model.
};

/// How many GPUs a policy needs to do as well as another.
struct policy_saving {
    std::string policy;
    std::uint64_t seed = 0;
    double reached = 0; ///< What the first policy reached on all nodes: GPUs allocated, or the 95 % wait in seconds.
    std::int64_t nodes = 0;    ///< That this policy needs for it, taken evenly; all where it does not reach it.
    std::int64_t gpus = 0;     ///< Of those nodes.
    std::int64_t all_gpus = 0; ///< Of all nodes.
    bool does_as_well = false; ///< Whether it reaches it with all nodes.
};

/// Replays recorded time with more and more nodes of each sort: of each model, those of the first node in the list that has
/// GPUs of it alone. A number suffices where 95 % of the tasks wait at most so long, and as many start as do now.
///
/// @return the answer, or what run_all() refuses
[[nodiscard]] gpupack::expected<wait_answer, gpupack::input_error> find_growth(const capacity_options& chosen,
                                                                               const inputs& input);

/// Replays under each policy on fewer and fewer nodes, as --cluster-size takes them, while the same tasks arrive: until it
/// does no better than the first policy on all nodes. Where tasks stay, that is what is allocated at the end; in recorded
/// time the 95 % wait, with as many tasks started.
///
/// @return a saving for each policy but the first, and each seed; or what run_all() refuses
[[nodiscard]] gpupack::expected<std::vector<policy_saving>, gpupack::input_error>
find_savings(const capacity_options& chosen, const inputs& input);

} // namespace replay_program
