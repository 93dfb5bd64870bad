// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpupack.hpp>
#ifdef HAS_PARALLEL
#include <gpupack/io/read_hwloc.hpp>
#include <gpupack/nvml/describe_machine.hpp>
#include <gpupack/search/parallel.hpp>
using engine = gpupack::search::parallel;
#else
using engine = gpupack::search::indexed;
#endif

std::size_t models_known_elsewhere();

int main() {
    using namespace gpupack::literals;
    auto cluster = gpupack::cluster_builder{}
                       .add_nodes(2, {.cpu = 8_cores, .memory = 64_GiB, .gpus = {2, gpupack::models::t4}})
                       .build()
                       .value();
    gpupack::scheduler scheduler{std::move(cluster), gpupack::policy::binpack{}, engine{}};
    const auto placed = scheduler.place({.cpu = 1_cores, .gpus = 1});
    return placed && models_known_elsewhere() == gpupack::models::all.size() ? 0 : 1;
}
