// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/topology.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request_rule.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// HAMi, by its policies for nodes and for devices.
inline constexpr auto hami_presets = std::tuple{
    preset{"hami-binpack", "HAMi: binpack for nodes and for devices",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(hami_node{policy::strategy::binpack}, hami_gpus{hami_rule::binpack});
           },
           request_rule::books_profiles},
    preset{"hami-spread", "HAMi: spread for nodes and for devices",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(hami_node{policy::strategy::spread}, hami_gpus{hami_rule::spread});
           },
           request_rule::books_profiles},
    preset{"hami-binpack-spread", "HAMi as installed: binpack for nodes, spread for devices",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(hami_node{policy::strategy::binpack}, hami_gpus{hami_rule::spread});
           },
           request_rule::books_profiles},
    preset{"hami-spread-binpack", "HAMi: spread for nodes, binpack for devices",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(hami_node{policy::strategy::spread}, hami_gpus{hami_rule::binpack});
           },
           request_rule::books_profiles},
    preset{"hami-topology", "HAMi: nodes packed, GPUs by links: the weakest for one, the strongest set for several",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(hami_node{policy::strategy::binpack}, hami_topology{});
           },
           request_rule::books_profiles},
    preset{"mig-best-fit", "MIG: the fullest GPU that has a place, and the start that HAMi takes there",
           +[](const preset_inputs&) { return hami_mig{}; }}};

} // namespace gpupack::dialect
