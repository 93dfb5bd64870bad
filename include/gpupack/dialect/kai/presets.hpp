// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// KAI, packing and spreading.
inline constexpr auto kai_presets = std::tuple{
    preset{"kai-binpack", "KAI: joins shared GPUs first, then packs nodes and GPUs",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kai_node{policy::strategy::binpack},
                                             kai_gpus{policy::strategy::binpack});
           }},
    preset{"kai-spread", "KAI: joins shared GPUs first, then spreads over nodes and GPUs",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kai_node{policy::strategy::spread},
                                             kai_gpus{policy::strategy::spread});
           }}};

} // namespace gpupack::dialect
