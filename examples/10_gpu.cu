// SPDX-License-Identifier: Apache-2.0
// Scores a cluster on a GPU: first all nodes for many requests at once, then one decision after the other. Without a
// GPU it says so and uses the indexed engine.
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/gpu/device_space.cuh>
#include <gpupack/gpu/engine.cuh>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <iostream>
#include <vector>

namespace gpu = gpupack::gpu;
using namespace gpupack::literals;

namespace {

// A policy that a kernel can run: it needs only GPUPACK_HD before its call operator.
struct keep_cpu_for_gpus {
    GPUPACK_HD gpupack::policy::score operator()(const gpupack::node_view& node,
                                                 const gpupack::request& request) const {
        const auto cores_left = (node.cpu_free() - request.cpu).count() / 1000;
        return cores_left - 12 * (node.idle_gpus() - request.gpus);
    }
};

gpupack::cluster make_cluster() {
    return gpupack::cluster_builder{}
        .add_nodes(50'000, {.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, gpupack::models::a100_80gb}})
        .add_nodes(50'000, {.cpu = 64_cores, .memory = 256_GiB, .gpus = {4, gpupack::models::t4}})
        .build()
        .value();
}

const auto policy = gpupack::node_then_gpus(gpupack::policy::binpack{}, gpupack::policy::gpu_best_fit{});
const gpupack::request request{.cpu = 8_cores, .memory = 32_GiB, .gpus = 2};

int place_on_cpu() {
    gpupack::scheduler scheduler{make_cluster(), policy, gpupack::search::indexed{}};
    const auto placed = scheduler.place(request);
    if (placed) std::cout << "the indexed engine takes node " << placed->node.number() << '\n';
    return placed ? 0 : 1;
}

} // namespace

int main() {
    const auto space = gpu::device_space::open();
    if (!space) {
        std::cout << "no GPU to use: " << space.error() << '\n';
        return place_on_cpu();
    }
    std::cout << "on " << (*space)->device().name << '\n';

    // The state is uploaded once, and after that only the nodes that were reported to changed().
    gpupack::cluster cluster = make_cluster();
    gpu::resident_cluster resident{**space, cluster};

    // The three best nodes for each request, by the policy above.
    const std::vector<gpupack::request> requests{request, {.cpu = 4_cores, .gpus = 1}, {.cpu = 200_cores}};
    const auto best = gpu::best_nodes(resident, cluster, keep_cpu_for_gpus{}, requests, 3);
    const auto refused = gpu::count_reasons(resident, cluster, requests);
    if (!best || !refused) {
        std::cout << (best ? refused.error() : best.error()) << '\n';
        return 1;
    }
    for (std::size_t r = 0; r < requests.size(); ++r) {
        std::cout << "request " << r << ": " << (*refused)[r][0] << " nodes fit; best:";
        for (std::size_t k = 0; k < 3 && (*best)[3 * r + k].found(); ++k)
            std::cout << ' ' << (*best)[3 * r + k].node.number();
        std::cout << '\n';
    }

    // A scheduler with the engine on the GPU.
    gpupack::scheduler scheduler{std::move(cluster), policy, gpu::engine::open().value()};
    const auto placed = scheduler.place(request);
    if (placed) std::cout << "the engine on the GPU takes node " << placed->node.number() << '\n';
    return placed ? 0 : 1;
}
