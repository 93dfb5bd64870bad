// SPDX-License-Identifier: Apache-2.0
// Lets other threads read the cluster while the scheduler continues to place.
#include <gpupack/gpupack.hpp>

#include <atomic>
#include <iostream>
#include <thread>

using namespace gpupack::literals;

int main() {
    namespace search = gpupack::search;
    const gpupack::request task{.cpu = 1_cores, .memory = 4_GiB, .gpus = 1};
    const gpupack::policy::binpack policy;

    gpupack::cluster cluster =
        gpupack::cluster_builder{}
            .add_nodes(50, {.cpu = 64_cores, .memory = 256_GiB, .gpus = {8, gpupack::models::t4}})
            .build()
            .value();
    gpupack::scheduler scheduler{std::move(cluster), policy, search::indexed{}};
    gpupack::snapshot_feed feed{scheduler.cluster()};

    // A reader takes the snapshot that was published last and may keep it; nobody waits.
    std::atomic<bool> done{false};
    std::size_t answers = 0;
    std::thread reader{[&] {
        do {
            const auto snapshot = feed.latest();
            const auto best = search::scan{}.make_searcher<gpupack::policy::binpack>(*snapshot).find(
                policy, {.cluster = *snapshot, .request = task});
            answers += best ? 1 : 0;
        } while (!done);
    }};

    // The writer records what changed, and publishes when it chooses to.
    for (int i = 0; i < 100; ++i) {
        const auto placed = scheduler.place(task);
        if (!placed) break;
        feed.changed(scheduler.cluster(), placed->node);
        feed.publish(scheduler.cluster());
    }
    done = true;
    reader.join();

    const auto last = feed.latest();
    std::cout << (last->compute() - last->compute_free()).count() / 1000 << " GPUs in use in the last snapshot\n";
    return last->same_state(scheduler.cluster()) && answers > 0 ? 0 : 1;
}
