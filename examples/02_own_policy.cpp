// SPDX-License-Identifier: Apache-2.0
// Writes a policy in ten lines and combines it with others.
#include <gpupack/gpupack.hpp>

#include <iostream>

// Keeps CPU for the GPUs that are still idle: prefers nodes with few idle GPUs for the cores they have left.
struct keep_cpu_for_gpus {
    gpupack::policy::score operator()(const gpupack::node_view& node, const gpupack::request& request) const {
        const auto cores_left = (node.cpu_free() - request.cpu).count() / 1000;
        return cores_left - 12 * (node.idle_gpus() - request.gpus);
    }
};
static_assert(gpupack::policy::policy<keep_cpu_for_gpus>);

int main() {
    using namespace gpupack::literals;
    namespace policy = gpupack::policy;
    using policy::operator*, policy::operator+; // not needed where one of the operands is a policy of gpupack

    auto cluster = gpupack::cluster_builder{}
                       .add_nodes(2, {.cpu = 32_cores, .memory = 256_GiB, .gpus = {4, gpupack::models::t4}})
                       .add_nodes(2, {.cpu = 96_cores, .memory = 256_GiB, .gpus = {4, gpupack::models::t4}})
                       .build()
                       .value();

    // The weighted sum decides; among its ties the fullest node; on the node, the fullest GPU.
    auto nodes = policy::then(0.7 * keep_cpu_for_gpus{} + 0.3 * policy::binpack{}, policy::best_fit{});
    gpupack::scheduler scheduler{std::move(cluster), policy::node_then_gpus(nodes, policy::gpu_best_fit{})};

    const auto placed = scheduler.place({.cpu = 24_cores, .memory = 8_GiB, .gpus = 1});
    std::cout << "node " << placed->node.number() << '\n';
    return placed->node == gpupack::node_id{2} ? 0 : 1;
}
