#pragma once

#include <cstdint>

namespace gpupack::cuda::detail {

/// Does on the host, one index after the other, what a team of threads does at once on a device.
///
/// A team has two calls. Both end with a barrier: what was written before it, every thread sees after it.
/// for_each  body(i) for each i below count, in any order and at the same time; no body may read what another writes
/// once      body() on one thread
/// The bodies call nothing of the team, so that the same walk runs here, in a block (block_team) and in a grid
/// (grid_team).
struct host_team {
    template <class Body> void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = 0; i < count; ++i) body(i);
    }
    template <class Body> void once(Body&& body) const { body(); }
};

} // namespace gpupack::cuda::detail
