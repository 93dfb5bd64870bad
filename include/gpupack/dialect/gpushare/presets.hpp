// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/gpushare/scorers.hpp>
#include <gpupack/dialect/kubernetes/node_score.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Alibaba's gpushare scheduler extender.
inline constexpr auto gpushare_presets =
    std::tuple{preset{"gpushare", "Alibaba's gpushare scheduler extender: the GPU with least memory free",
                      +[](const preset_inputs&) { return policy::node_then_gpus(kubernetes_node{}, gpushare{}); }}};

} // namespace gpupack::dialect
