// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Whether devices may be taken from a pool: all its slices are there, and it contradicts itself nowhere.
enum class pool_state : std::uint8_t { usable, incomplete, invalid };

} // namespace gpupack::dialect::dra
