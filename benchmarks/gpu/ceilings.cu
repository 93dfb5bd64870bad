// SPDX-License-Identifier: Apache-2.0
#include "measure.cuh"

#include <cstdint>

namespace cuda_benchmark {
namespace {

constexpr int chains = 8;
constexpr int rounds = 4096;

/// Independent chains of additions and exclusive-ors: what a comparison, a selection or an addition costs, too.
__global__ void run_chains(std::uint32_t* out, std::uint32_t step) {
    std::uint32_t lanes[chains];
    for (int c = 0; c < chains; ++c) lanes[c] = threadIdx.x + static_cast<unsigned>(c);
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (std::uint32_t& lane : lanes) lane = (lane + step) ^ (step << 1);
        step += lanes[0];
    }
    std::uint32_t sum = 0;
    for (const std::uint32_t lane : lanes) sum ^= lane;
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

} // namespace

ceilings measure_ceilings(gpupack::gpu::device_space& space) {
    ceilings found;
    const std::size_t bytes = std::size_t{2} << 30;
    auto from = space.allocate<unsigned char>(bytes);
    auto to = space.allocate<unsigned char>(bytes);
    const auto nothing = [] {};
    const double copy = device_seconds(space, 15, nothing, [&] {
        space.check(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, space.stream()),
                    "cudaMemcpyAsync");
    });
    found.copy = 2 * static_cast<double>(bytes) / copy;

    constexpr unsigned threads = 256;
    const auto blocks = 32U * static_cast<unsigned>(space.device().multiprocessors);
    auto out = space.allocate<std::uint32_t>(std::size_t{blocks} * threads);
    const double integers = device_seconds(space, 15, nothing, [&] {
        run_chains<<<blocks, threads, 0, space.stream()>>>(out.data(), 12345U);
        space.check(cudaGetLastError(), "a kernel launch");
    });
    // An addition and an exclusive-or a chain and round; the shift and the step are two more a round.
    found.integers = static_cast<double>(blocks) * threads * rounds * (2 * chains + 2) / integers;
    return found;
}

} // namespace cuda_benchmark
