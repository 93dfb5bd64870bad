// SPDX-License-Identifier: Apache-2.0
#pragma once

// The space that tests of gpu/ run in: the same source is built for a loop on the host, and by nvcc for a GPU.
#if defined(__CUDACC__)
#include <gpupack/gpu/device_space.cuh>
#else
#include "gpu/host_space.hpp"
#endif

#include <memory>

namespace test {

#if defined(__CUDACC__)
using space = gpupack::gpu::device_space;
/// A program of such tests ends before it comes here where there is no GPU.
inline std::unique_ptr<space> open_space() {
    return std::move(space::open().value());
}
#else
using space = ::host_space;
inline std::unique_ptr<space> open_space() {
    return std::make_unique<space>();
}
#endif

} // namespace test
