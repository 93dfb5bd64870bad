// SPDX-License-Identifier: Apache-2.0
// Places by what later tasks could still use of a node, with an expected mix that is given, and then learnt.
#include <gpupack/gpupack.hpp>

#include <iostream>

using namespace gpupack::literals;

namespace {

const gpupack::request share{
    .cpu = 4_cores, .gpus = 1, .share = gpupack::slice{.memory = {}, .compute = 300_milli}};
const gpupack::request single{.cpu = 12_cores, .gpus = 1};
const gpupack::request octet{.cpu = 64_cores, .gpus = 8};

/// The number of tasks for eight GPUs that fit after small tasks have filled about half of the cluster.
template <class Policy> int octets_after_small_tasks(const Policy& policy) {
    gpupack::cluster cluster =
        gpupack::cluster_builder{}
            .add_nodes(
                50, gpupack::node_spec{.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, gpupack::models::a100_80gb}})
            .build()
            .value();
    gpupack::scheduler scheduler{std::move(cluster), policy, gpupack::search::indexed{}};
    for (int i = 0; i < 240; ++i) (void)scheduler.try_place(i % 3 == 0 ? single : share);
    int placed = 0;
    while (scheduler.try_place(octet)) ++placed;
    return placed;
}

} // namespace

int main() {
    // The expected mix has counts, from a history or a guess. Of 100 tasks here, 4 want a whole node.
    gpupack::task_mix expected;
    expected.add(share, 64);
    expected.add(single, 32);
    expected.add(octet, 4);
    std::cout << "tasks for eight GPUs that fit: "
              << octets_after_small_tasks(gpupack::policy::lookahead{expected})
              << "; where whole nodes have no price: "
              << octets_after_small_tasks(gpupack::policy::lookahead{expected, {.scarcity = 0}}) << '\n';

    // The learnt mix forgets old arrivals. From time to time the scheduler gets a policy made from it.
    gpupack::scheduler scheduler{
        gpupack::cluster_builder{}
            .add_nodes(
                50, gpupack::node_spec{.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, gpupack::models::a100_80gb}})
            .build()
            .value(),
        gpupack::policy::lookahead{expected}, gpupack::search::indexed{}};
    gpupack::learned_mix learned{200}; // half of its weight is on the last 200 arrivals
    int placed = 0;
    for (int i = 1; i <= 500; ++i) {
        const gpupack::request& arrived = i % 10 == 0 ? octet : i % 3 == 0 ? single : share;
        learned.observe(arrived);
        placed += scheduler.try_place(arrived) ? 1 : 0;
        if (i % 50 == 0) scheduler.set_policy(gpupack::policy::lookahead{learned.mix()});
    }
    std::cout << placed << " of 500 tasks placed\n";
    return placed > 0 ? 0 : 1;
}
