// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/dialect/slurm/scorers.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Slurm's shards.
inline constexpr auto slurm_presets = std::tuple{
    preset{"slurm-shard", "Slurm's shards: the lowest node; GPUs in use before idle ones, the lowest first",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::first_fit{}, slurm_shard{}); }}};

} // namespace gpupack::dialect
