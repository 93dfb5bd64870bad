// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/dialect/volcano/binpack.hpp>
#include <gpupack/dialect/volcano/vgpu.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request_rule.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Volcano's binpack plugin and its vGPU devices.
inline constexpr auto volcano_presets = std::tuple{
    preset{"volcano-binpack", "Volcano's binpack plugin over CPU, memory and GPU, equal weights; the lowest GPUs",
           +[](const preset_inputs&) { return volcano_binpack{}; }},
    preset{"volcano-vgpu-binpack", "Volcano's vGPU devices, binpack: the fullest GPUs after the placement",
           +[](const preset_inputs&) { return policy::node_then_gpus(volcano_vgpu_node{}, volcano_vgpu_gpus{}); },
           request_rule::compute_alone},
    preset{"volcano-vgpu-spread",
           "Volcano's vGPU devices, spread: the GPUs with the fewest tasks; all nodes score alike there",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(policy::first_fit{}, device_plugin{policy::strategy::spread});
           },
           request_rule::compute_alone},
    preset{"volcano-vgpu-default", "Volcano's vGPU devices without a policy: the last GPUs that fit",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::first_fit{}, volcano_vgpu_last_gpus{}); },
           request_rule::compute_alone}};

} // namespace gpupack::dialect
