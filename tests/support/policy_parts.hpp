// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>

/// Policies to be combined in tests: two that score nodes, one that scores GPUs.
namespace parts {

inline constexpr gpupack::policy::best_fit a{};
inline constexpr gpupack::policy::binpack b{};
inline constexpr gpupack::policy::gpu_best_fit g{};

} // namespace parts
