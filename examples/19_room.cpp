// SPDX-License-Identifier: Apache-2.0
// Asks after each change what else there is room for, and what the largest request is that fits.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/largest_request.hpp>
#include <gpupack/plan/room_meter.hpp>

#include <cstdint>
#include <iostream>

int main() {
    using namespace gpupack;
    scheduler scheduler{cluster_builder{}.add_nodes(3, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value(),
                        policy::best_fit{}};
    plan::room_meter meter{scheduler.cluster(), {{.gpus = 1}, {.cpu = 16_cores, .gpus = 8}}};
    scheduler.observe([&](const cluster& now, const cluster_change& change) { meter.follow(now, change.node); });
    for (const int gpus : {2, 8, 1}) {
        (void)scheduler.try_place({.cpu = 4_cores, .gpus = gpus});
        std::cout << "room for " << meter.room(0).most << " GPUs, and for " << meter.room(1).most << " whole nodes\n";
    }

    // As many GPUs as fit a node, with 10 cores for each of them.
    const auto largest = plan::find_largest(scheduler.cluster(), {.cpu = 10_cores, .gpus = 1}, plan::request_size::gpus);
    if (!largest) return 1;
    std::cout << "at most " << largest->size << " GPUs with 10 cores each, on " << scheduler.cluster().name(largest->node) << '\n';
    return meter.room(0).is_exact() ? 0 : 1;
}
