// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/dialect/ray/scorers.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Ray's bundle policies.
inline constexpr auto ray_presets = std::tuple{
    preset{"ray-pack", "Ray's PACK, each task a group of its own: the most left; the fullest GPU that fits",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(ray{policy::strategy::binpack}, policy::gpu_best_fit{});
           }},
    preset{"ray-spread", "Ray's SPREAD, each task a group of its own: the same as PACK", +[](const preset_inputs&) {
               return policy::node_then_gpus(ray{policy::strategy::spread}, policy::gpu_best_fit{});
           }}};

} // namespace gpupack::dialect
