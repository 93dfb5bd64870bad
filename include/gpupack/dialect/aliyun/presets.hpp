// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/aliyun/scorers.hpp>
#include <gpupack/dialect/kubernetes/node_score.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Alibaba Cloud's shared GPUs.
inline constexpr auto aliyun_presets = std::tuple{
    preset{"aliyun-vgpu", "Alibaba Cloud's shared GPUs and vGPU instances: one GPU is filled before the next",
           +[](const preset_inputs&) { return policy::node_then_gpus(kubernetes_node{}, aliyun_vgpu{}); }}};

} // namespace gpupack::dialect
