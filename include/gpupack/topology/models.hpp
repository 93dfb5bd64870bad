#pragma once

#include <gpupack/topology/gpu_model.hpp>

#include <array>
#include <cstdint>

/// The catalogue: GPU models with their memory, generation, and MIG and vGPU tables. Any other is described in a
/// few lines: gpu_model{"B42", 96_GiB}, with a mig::geometry where it has one.
///
/// source  each row says (docs/sources.md#models)
namespace gpupack::models {

#include <gpupack/topology/detail/gpu_catalogue.inc>

} // namespace gpupack::models
