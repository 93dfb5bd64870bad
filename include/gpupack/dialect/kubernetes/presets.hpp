// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/kubernetes/node_score.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request_rule.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Kubernetes with NVIDIA's device plugin.
inline constexpr auto kubernetes_presets = std::tuple{
    preset{"k8s-exclusive",
           "Kubernetes with NVIDIA's device plugin: whole GPUs only; its default node, the lowest GPUs",
           +[](const preset_inputs&) { return kubernetes_node{}; }, request_rule::whole_gpus},
    preset{"device-plugin-packed", "NVIDIA's device plugin, replicas `packed`: the GPU with most tasks",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kubernetes_node{}, device_plugin{policy::strategy::binpack});
           }},
    preset{"device-plugin-distributed", "NVIDIA's device plugin, replicas `distributed`: the GPU with fewest tasks",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(kubernetes_node{}, device_plugin{policy::strategy::spread});
           }},
    preset{"gpuallocator", "Kubernetes' nodes, GPUs by go-gpuallocator's best effort over their links",
           +[](const preset_inputs&) { return policy::node_then_gpus(kubernetes_node{}, gpuallocator_best_effort{}); }},
    preset{
        "gpuallocator-binpack", "the node with most allocated, GPUs by go-gpuallocator's best effort over their links",
        +[](const preset_inputs&) { return policy::node_then_gpus(policy::binpack{}, gpuallocator_best_effort{}); }}};

} // namespace gpupack::dialect
