// SPDX-License-Identifier: Apache-2.0
// Scores several requests on all nodes at once, as an autoscaler or a planner asks.
#include <gpupack/gpupack.hpp>
#include <gpupack/search/score_matrix.hpp>

#include <iostream>
#include <vector>

using namespace gpupack::literals;

int main() {
    const gpupack::cluster cluster =
        gpupack::cluster_builder{}
            .add_nodes(100, {.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, gpupack::models::a100_80gb}})
            .add_nodes(100, {.cpu = 64_cores, .memory = 256_GiB, .gpus = {4, gpupack::models::t4}})
            .build()
            .value();
    const std::vector<gpupack::request> requests{
        {.cpu = 8_cores, .gpus = 1}, {.cpu = 64_cores, .gpus = 4}, {.cpu = 80_cores, .gpus = 8}};

    // One row for each request: its score on every node, where it fits, and the best nodes.
    const gpupack::search::score_matrix matrix{cluster, gpupack::policy::binpack{}, requests};
    for (std::size_t r = 0; r < requests.size(); ++r) {
        std::cout << matrix.fits().row(static_cast<Eigen::Index>(r)).count() << " nodes fit; best:";
        for (const auto& ranked : matrix.best(r, 3)) std::cout << ' ' << ranked.node.number();
        std::cout << '\n';
    }
    return matrix.fits().row(2).count() == 100 ? 0 : 1;
}
