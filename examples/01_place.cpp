// SPDX-License-Identifier: Apache-2.0
// Places one request, and says why the next fits nowhere.
#include <gpupack/gpupack.hpp>

#include <iostream>

int main() {
    using namespace gpupack::literals;

    gpupack::cluster cluster = gpupack::cluster_builder{}
                                   .add_nodes(100, gpupack::node_spec{.cpu = 96_cores,
                                                                      .memory = 768_GiB,
                                                                      .gpus = {8, gpupack::models::a100_80gb}})
                                   .build()
                                   .value();
    gpupack::scheduler scheduler{std::move(cluster), gpupack::policy::binpack{}, gpupack::search::indexed{}};

    auto placed = scheduler.place({.cpu = 8_cores,
                                   .memory = 32_GiB,
                                   .gpus = 1,
                                   .share = gpupack::slice{.memory = 20_GiB, .compute = 250_milli}});
    if (placed) std::cout << "node " << placed->node.number() << ", GPU " << placed->gpus.lowest() << '\n';

    auto refused = scheduler.place({.cpu = 8_cores, .memory = 900_GiB, .gpus = 8});
    if (!refused) std::cout << refused.error() << '\n';

    scheduler.release(*placed);
    return placed && !refused ? 0 : 1;
}
