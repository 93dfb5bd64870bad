// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

/// Whether a request is valid and fits on some node of a cluster as it is now.
inline bool fits_somewhere(const gpupack::cluster& cluster, const gpupack::request& request) {
    for (std::uint32_t n = 0; n < cluster.size(); ++n)
        if (is_valid(request) && gpupack::fit::fits(cluster.node_at(n), request)) return true;
    return false;
}
