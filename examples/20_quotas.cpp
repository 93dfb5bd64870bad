// SPDX-License-Identifier: Apache-2.0
// Two tenants that lend each other what they do not use, and one that takes back what is its own.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/quota_book.hpp>

#include <iostream>
#include <vector>

int main() {
    using namespace gpupack;
    scheduler scheduler{cluster_builder{}.add_nodes(2, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value(),
                        policy::best_fit{}};
    const auto gpus = [](int count) { return plan::quota_amounts{.gpus = whole_gpu * count}; };

    // Eight GPUs each; speech lends half of its own at most.
    std::vector<plan::tenant_quota> tenants = {{.name = "vision", .cohort = "lab", .nominal = gpus(8)},
                                               {.name = "speech", .cohort = "lab", .nominal = gpus(8)}};
    tenants[1].lending_limit.gpus = whole_gpu * 4;
    plan::quota_book book = plan::quota_book::make(tenants).value();
    const std::size_t vision = 0;
    const std::size_t speech = 1;

    std::vector<placement> running; // of vision, two GPUs each
    while (book.admits(vision, gpus(2))) {
        const auto placed = scheduler.try_place({.gpus = 2});
        if (!placed) break;
        book.take(vision, gpus(2));
        running.push_back(*placed);
    }
    std::cout << "vision uses " << book.usage(vision).gpus.count() / 1000 << " GPUs, "
              << book.borrowed(vision).gpus.count() / 1000 << " of them borrowed\n";

    // Speech wants six: four are kept for it, and two come back from vision.
    while (!book.admits(speech, gpus(6))) {
        if (running.empty() || !book.reclaims(speech, gpus(6), vision, gpus(2))) return 1;
        scheduler.release(running.back());
        running.pop_back();
        book.give_back(vision, gpus(2));
    }
    if (!scheduler.try_place({.gpus = 6})) return 1;
    book.take(speech, gpus(6));
    std::cout << "speech uses " << book.usage(speech).gpus.count() / 1000 << " GPUs, vision "
              << book.usage(vision).gpus.count() / 1000 << '\n';
    return 0;
}
