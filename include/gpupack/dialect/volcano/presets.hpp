// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/dialect/volcano/binpack.hpp>
#include <gpupack/dialect/volcano/vgpu.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Volcano's binpack plugin and its vGPU devices.
inline constexpr auto volcano_presets = std::tuple{
    preset{"volcano-binpack",
           "Volcano's binpack plugin over CPU, memory and GPU, equal weights; the lowest GPUs",
           +[](const preset_inputs&) { return volcano_binpack{}; }},
    preset{"volcano-vgpu-binpack", "Volcano's vGPU devices, binpack: the fullest GPUs after the placement",
           +[](const preset_inputs&) { return policy::node_then_gpus(volcano_vgpu_node{}, volcano_vgpu_gpus{}); }}};

} // namespace gpupack::dialect
