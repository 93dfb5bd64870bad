// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/gpu_model.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The catalogue: GPU models with their memory, generation, and MIG and vGPU tables. Any other is described in a
/// few lines: gpu_model{"B42", 96_GiB}, with a mig::geometry where it has one.
///
/// Source: each row says (docs/sources.md#models).
namespace gpupack::inline GPUPACK_ABI::models {

#include <gpupack/topology/detail/gpu_catalogue.inc>

/// The model of that name in the catalogue.
[[nodiscard]] inline std::optional<gpu_model> find(std::string_view name) noexcept {
    for (const gpu_model& known : all)
        if (known.model.view() == name) return known;
    return std::nullopt;
}

/// The model of that name, which is short enough (name::fits): from the catalogue where it has one, else a model whose memory is not known (0 MiB).
[[nodiscard]] inline gpu_model named(std::string_view name) {
    for (const gpu_model& known : all)
        if (known.model.view() == name) return known;
    return gpu_model{gpupack::name{name}, mebibytes{0}};
}

} // namespace gpupack::models
