// SPDX-License-Identifier: Apache-2.0
// Gives a placement back twice; compiled once for each thing that a failed check can do.
#if defined(ALL_BUT_LEAVES)
#include "all_but_leaves.hpp"
#endif

#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <cstddef>

using namespace gpupack;

#if defined(ALL_BUT_LEAVES)
template class gpupack::scheduler<policy::first_fit, search::scan>;
template class gpupack::scheduler<policy::best_fit, search::indexed>;
#endif

/// The number of live placements afterwards.
std::size_t GIVE_BACK() {
    cluster cluster = *cluster_builder{}.add_nodes(1, {.cpu = 8_cores, .memory = 8_GiB}).build();
    const placement placed = cluster.take(node_id{0}, gpu_set{}, {.cpu = 1_cores});
    cluster.give_back(placed);
    cluster.give_back(placed);
    return cluster.live_placements();
}
