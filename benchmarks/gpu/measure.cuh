// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figure.hpp"

#include <gpupack/gpu/device_space.cuh>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace cuda_benchmark {

/// The median of some times.
[[nodiscard]] inline double median(std::vector<double> seconds) {
    const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    return *middle;
}

/// The median seconds of work on the device's stream, by events around it; before each, prepare() is run.
template <class Prepare, class Work>
[[nodiscard]] double device_seconds(gpupack::gpu::device_space& space, int repeats, Prepare&& prepare, Work&& work) {
    cudaEvent_t before = nullptr;
    cudaEvent_t after = nullptr;
    space.check(cudaEventCreate(&before), "cudaEventCreate");
    space.check(cudaEventCreate(&after), "cudaEventCreate");
    std::vector<double> seconds;
    for (int i = 0; i < repeats + 2; ++i) {
        prepare();
        space.check(cudaEventRecord(before, space.stream()), "cudaEventRecord");
        work();
        space.check(cudaEventRecord(after, space.stream()), "cudaEventRecord");
        space.finish();
        float milliseconds = 0;
        space.check(cudaEventElapsedTime(&milliseconds, before, after), "cudaEventElapsedTime");
        if (i >= 2) seconds.push_back(1e-3 * static_cast<double>(milliseconds)); // the first two warm up
    }
    (void)cudaEventDestroy(before);
    (void)cudaEventDestroy(after);
    return median(std::move(seconds));
}

/// The median seconds of work as the caller waits for it.
template <class Work> [[nodiscard]] double wall_seconds(int repeats, Work&& work) {
    std::vector<double> seconds;
    for (int i = 0; i < repeats + 2; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (i >= 2) seconds.push_back(taken.count());
    }
    return median(std::move(seconds));
}

/// Reads all of some memory; writes where the impossible is found.
static __global__ void read_all(const int4* memory, std::size_t count, int* found) {
    int sum = 0;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
        const int4 each = memory[i];
        sum |= each.x | each.y | each.z | each.w;
    }
    if (sum != 0) *found = sum;
}

/// Reads more than the cache holds, so that what comes next is read from memory. It writes nothing: lines that must be written
/// back while the next kernel reads would be counted against it.
class cold_cache {
  public:
    explicit cold_cache(gpupack::gpu::device_space& space)
        : space_{space}, room_{space.allocate<int4>(count)}, found_{space.allocate<int>(1)} {
        space_.check(cudaMemsetAsync(room_.data(), 0, count * sizeof(int4), space_.stream()), "cudaMemsetAsync");
        for (int i = 0; i < 2; ++i) (*this)(); // what was written leaves the cache
    }
    void operator()() {
        if (space_.has_problem()) return;
        read_all<<<1024, 256, 0, space_.stream()>>>(room_.data(), count, found_.data());
        space_.check(cudaGetLastError(), "a kernel launch");
    }

  private:
    static constexpr std::size_t count = (std::size_t{512} << 20) / sizeof(int4);
    gpupack::gpu::device_space& space_;
    gpupack::gpu::device_space::array<int4> room_;
    gpupack::gpu::device_space::array<int> found_;
};

/// What a measure gets: the card, and what it can do at most.
struct setting {
    gpupack::gpu::device_space& on;
    const ceilings& limits;
};

/// Copies 2 GiB on the device, and runs chains of integer operations on all lanes.
[[nodiscard]] ceilings measure_ceilings(gpupack::gpu::device_space& space);

// One source file a measure; main.cu lists them.
[[nodiscard]] std::vector<figure> measure_binpack(const setting& in);
[[nodiscard]] std::vector<figure> measure_fgd(const setting& in);
[[nodiscard]] std::vector<figure> measure_decision(const setting& in);
[[nodiscard]] std::vector<figure> measure_batch(const setting& in);
[[nodiscard]] std::vector<figure> measure_what_if(const setting& in);

} // namespace cuda_benchmark
