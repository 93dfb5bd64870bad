// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bit_set.hpp>
#include <gpupack/core/ids.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most GPU models in one cluster.
inline constexpr int max_models = 64;

/// A set of GPU models of one cluster, by id; any() is every model, those that are unknown yet included.
using model_set = basic_bit_set<tag::model, std::uint64_t, model_id>;

} // namespace gpupack
