// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Which way a policy leans that can be set to either: fill what is in use, or keep tasks apart.
enum class strategy : std::uint8_t { binpack, spread };

} // namespace gpupack::policy
