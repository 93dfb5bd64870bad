// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/nomad/scorers.hpp>
#include <gpupack/dialect/preset.hpp>

#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Nomad's two scheduling algorithms.
inline constexpr auto nomad_presets =
    std::tuple{preset{"nomad-binpack", "Nomad's binpack score over CPU and memory; the lowest GPUs",
                      +[](const preset_inputs&) { return nomad_binpack{}; }},
               preset{"nomad-spread", "Nomad's spread score over CPU and memory; the lowest GPUs",
                      +[](const preset_inputs&) { return nomad_spread{}; }}};

} // namespace gpupack::dialect
