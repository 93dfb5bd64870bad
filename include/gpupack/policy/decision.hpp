// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {
class cluster;
}

namespace gpupack::inline GPUPACK_ABI::policy {

/// One question to a scheduler: where should this request go?
struct decision {
    const gpupack::cluster& cluster; ///< The cluster, before the placement.
    const gpupack::request& request; ///< What is placed.
    std::uint64_t ordinal = 0;       ///< How many decisions came before; random policies draw by it.
};

} // namespace gpupack::policy
