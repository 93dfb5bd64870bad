// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/koordinator/scorers.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request_rule.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Koordinator's DeviceShare, by its two strategies.
inline constexpr auto koordinator_presets =
    std::tuple{preset{"koordinator-most", "Koordinator's DeviceShare, MostAllocated",
                      +[](const preset_inputs&) {
                          return policy::node_then_gpus(koordinator_node{policy::strategy::binpack},
                                                        koordinator_gpus{policy::strategy::binpack});
                      },
                      request_rule::counts_percent},
               preset{"koordinator-least", "Koordinator's DeviceShare, LeastAllocated, as installed",
                      +[](const preset_inputs&) {
                          return policy::node_then_gpus(koordinator_node{policy::strategy::spread},
                                                        koordinator_gpus{policy::strategy::spread});
                      },
                      request_rule::counts_percent}};

} // namespace gpupack::dialect
