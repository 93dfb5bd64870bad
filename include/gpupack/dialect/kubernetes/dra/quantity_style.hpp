// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// How an amount is written: with k, M, G; with Ki, Mi, Gi; or with an exponent.
enum class quantity_style : std::uint8_t { decimal, binary, exponent };

} // namespace gpupack::dialect::dra
