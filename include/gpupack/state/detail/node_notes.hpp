// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/state/requestless.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::detail {

/// What a cluster knows of a node that most decisions do not read.
struct node_notes {
    std::uint64_t version = 0;          ///< When it changed last.
    std::uint32_t leaving = 0;          ///< Placements told to leave.
    bool present = false;               ///< Else its number is free.
    bool closed = false;                ///< By its owner.
    bool over_committed = false;        ///< More runs there than it has.
    bool shrinks = false;               ///< Has GPUs that its owner took away, until what runs there is released.
    gpupack::requestless requestless{}; ///< Placements that hold nothing of its host.

    friend bool operator==(const node_notes& a, const node_notes& b) noexcept {
        return a.leaving == b.leaving && a.present == b.present && a.closed == b.closed &&
               a.over_committed == b.over_committed && a.shrinks == b.shrinks && a.requestless == b.requestless;
    }
};

} // namespace gpupack::detail
