// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request_rule.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// KAI, packing and spreading.
inline constexpr auto kai_presets = std::tuple{
    preset{"kai-binpack", "KAI: joins shared GPUs first, then packs nodes and GPUs",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kai_node{policy::strategy::binpack}, kai_gpus{policy::strategy::binpack});
           },
           request_rule::double_rounding},
    preset{"kai-spread", "KAI: spreads over nodes by their idle GPUs, then over GPUs",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kai_node{policy::strategy::spread}, kai_gpus{policy::strategy::spread});
           },
           request_rule::double_rounding},
    preset{
        "kai-spread-sharing", "KAI: joins shared GPUs first, then spreads; gpusharingorder turned on by hand",
        +[](const preset_inputs&) {
            return policy::node_then_gpus(kai_node{policy::strategy::spread, true}, kai_gpus{policy::strategy::spread});
        },
        request_rule::double_rounding}};

} // namespace gpupack::dialect
