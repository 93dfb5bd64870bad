// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/gpu/batch_plan.hpp>
#include <gpupack/gpu/detail/batch_walk.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// fill_trees, as a job of a team.
///
/// fills  [count]
template <class Key, class Guide> struct fill_job {
    batch_desk<Key> desk;
    const batch_shape* shapes;
    const batch_fill* fills;
    std::uint32_t count;
    Guide guide;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        fill_trees(
            team, desk, shapes, fills,
            count, [&](std::uint32_t shape) -> const auto& { return guide.scorers[shape]; });
    }
};

/// walk, as a job of a team.
template <class Key, class Guide> struct walk_job {
    batch_desk<Key> desk;
    batch_stream request;
    Guide guide;
    std::uint32_t first;
    std::uint32_t last;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        walk(team, desk, request, guide, first, last);
    }
};

/// walk_scanning over all requests, as a job of a team.
template <class Key, class Guide> struct scan_job {
    batch_desk<Key> desk;
    batch_stream request;
    Guide guide;
    typename Guide::scorer_type* made;
    value_span* parts;
    std::uint64_t ordinal;
    std::uint32_t count;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        walk_scanning(team, desk, request, guide, made, parts, ordinal, 0, count);
    }
};

} // namespace gpupack::gpu::detail
