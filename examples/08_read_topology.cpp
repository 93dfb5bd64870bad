// SPDX-License-Identifier: Apache-2.0
// Reads the links between the GPUs of a machine from the output of nvidia-smi topo -m, and places by them.
#include <gpupack/gpupack.hpp>
#include <gpupack/io/read_topology_matrix.hpp>
#include <gpupack/io/topology_json.hpp>

#include <iostream>

namespace {

// Pasted from a terminal; read_topology_matrix reads a file.
constexpr const char* pasted = R"(
$ nvidia-smi topo -m
        GPU0    GPU1    GPU2    GPU3    NIC0    CPU Affinity    NUMA Affinity   GPU NUMA ID
GPU0     X      PIX     NV4     SYS     PIX     0-31            0               N/A
GPU1    PIX      X      SYS     NV4     PIX     0-31            0               N/A
GPU2    NV4     SYS      X      PIX     SYS     32-63           1               N/A
GPU3    SYS     NV4     PIX      X      SYS     32-63           1               N/A

NIC Legend:

  NIC0: mlx5_0
)";

} // namespace

int main() {
    using namespace gpupack::literals;

    const auto topology = gpupack::io::parse_topology_matrix("rack7.txt", pasted);
    if (!topology) {
        std::cerr << topology.error().message() << '\n'; // file, line, which pair, and what was expected
        return 1;
    }
    const gpupack::node_spec machine{
        .cpu = 64_cores, .memory = 512_GiB, .gpus = {4, gpupack::models::a10}, .topology = *topology};
    std::cout << gpupack::io::write_topology_json(*topology);

    gpupack::scheduler scheduler{gpupack::cluster_builder{}.add_nodes(1, machine).build().value(),
                                 gpupack::policy::link_bandwidth{}};
    const auto placed = scheduler.place({.gpus = 2});
    if (!placed) return 1;
    std::cout << "two GPUs: ";
    for_each_gpu(placed->gpus, [](int gpu) { std::cout << gpu << ' '; });
    std::cout << '\n';
    return placed->gpus == gpupack::gpu_set::from_bits(0b0101) ? 0 : 1;
}
