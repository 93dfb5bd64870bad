// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/dialect/preset.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace replay_program {

/// What presets are made from on a cluster.
[[nodiscard]] gpupack::dialect::preset_inputs preset_inputs_of(const gpupack::task_mix& expected, std::uint64_t seed,
                                                               const gpupack::cluster& cluster);

/// The mix with its counts halved together until policies can take it.
[[nodiscard]] gpupack::task_mix halved_to_fit(gpupack::task_mix mix);

} // namespace replay_program
