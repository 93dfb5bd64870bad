// SPDX-License-Identifier: Apache-2.0
// Places one request on a cluster of one node, with what is installed.
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdio>

int main() {
    using namespace gpupack;
    scheduler scheduler{cluster_builder{}.add_nodes(1, {64_cores, 512_GiB, {8, models::a100_80gb}}).build().value(),
                        policy::best_fit{}};
    const auto placed = scheduler.place({.cpu = 8_cores, .gpus = 2});
    std::puts(placed ? "placed" : "not placed");
    return placed ? 0 : 1;
}
