// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Where the search stands: what comes next.
struct search_place {
    std::size_t claim = 0;
    std::size_t request = 0;
    std::size_t alternative = 0;
    bool in_alternative = false;
    std::int64_t progress = 0; ///< Devices of this request.
    std::size_t start = 0;     ///< The first device that may come next in this request.
};

} // namespace gpupack::dialect::dra::detail
