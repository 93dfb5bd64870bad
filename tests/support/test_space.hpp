// SPDX-License-Identifier: Apache-2.0
#pragma once

// The space that tests of gpu/ run in: the same source is built for the host loop, for Thrust's CPP and OMP back ends,
// and by nvcc for a GPU.
#if defined(__CUDACC__)
#include <gpupack/gpu/device_space.cuh>
#elif defined(GPUPACK_TEST_WITH_THRUST)
#include <gpupack/gpu/thrust_space.cuh>
#else
#include <gpupack/gpu/host_space.hpp>
#endif

#include <memory>

namespace test {

#if defined(__CUDACC__)
using space = gpupack::gpu::device_space;
/// A program of such tests ends before it comes here where there is no GPU.
inline std::unique_ptr<space> open_space() {
    return std::move(space::open().value());
}
#elif defined(GPUPACK_TEST_WITH_THRUST)
using space = gpupack::gpu::thrust_space;
inline std::unique_ptr<space> open_space() {
    return std::make_unique<space>();
}
#else
using space = gpupack::gpu::host_space;
inline std::unique_ptr<space> open_space() {
    return std::make_unique<space>();
}
#endif

} // namespace test
