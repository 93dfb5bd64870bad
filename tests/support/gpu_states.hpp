// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/state/gpu_state.hpp>

/// What a GPU with that memory can give, set up as by default.
constexpr gpupack::gpu_capacity gpu_of(gpupack::mebibytes memory) {
    return {.memory = static_cast<std::int32_t>(memory.count())};
}

/// Such a GPU with nothing on it.
constexpr gpupack::gpu_state idle_with(gpupack::mebibytes memory) {
    return gpupack::idle_gpu(gpu_of(memory));
}

/// The GPU after one more task has taken a slice or all of it.
constexpr gpupack::gpu_state taking(const gpupack::gpu_state& gpu, const gpupack::share& taken, int width = 1) {
    return gpupack::after_taking(gpu, taken, gpupack::gpu_capacity{}, width);
}
