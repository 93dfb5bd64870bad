#pragma once

#include <gpupack/topology/gpu_model.hpp>

#include <array>

/// GPU models known by name; any other is described in a line: gpu_model{"B42", 96_GiB}.
///
/// source  memory as the driver reports it (docs/sources.md#models)
namespace gpupack::models {

/// NVIDIA T4.
inline constexpr gpu_model t4{"T4", 15109_MiB};
/// NVIDIA P100, 16 GB.
inline constexpr gpu_model p100{"P100", 16280_MiB};
/// NVIDIA V100, 16 GB.
inline constexpr gpu_model v100_16gb{"V100M16", 16160_MiB};
/// NVIDIA V100, 32 GB.
inline constexpr gpu_model v100_32gb{"V100M32", 32510_MiB};
/// NVIDIA A10.
inline constexpr gpu_model a10{"A10", 22731_MiB};
/// NVIDIA A100, 80 GB.
inline constexpr gpu_model a100_80gb{"A100-80GB", 81251_MiB};
/// A model of the openb cluster whose name its owner masked; its memory was not published.
inline constexpr gpu_model g2{"G2", 0_MiB};
/// Another masked model of the openb cluster.
inline constexpr gpu_model g3{"G3", 0_MiB};

/// All of the above.
inline constexpr std::array all{t4, p100, v100_16gb, v100_32gb, a10, a100_80gb, g2, g3};

} // namespace gpupack::models
