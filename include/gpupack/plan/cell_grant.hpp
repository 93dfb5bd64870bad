// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/cell_chain.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// The receipt of a cell that a tenant or a borrower holds; good for one release, and void after an eviction.
struct cell_lease {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;

    friend constexpr bool operator==(cell_lease, cell_lease) = default;
};

/// A cell that was handed out.
///
/// lease    what gives it back
/// where    which cell it is
/// evicted  the leases of borrowed cells that ended for it, by their place in the chain
struct cell_grant {
    cell_lease lease{};
    cell where{};
    std::vector<cell_lease> evicted;

    friend bool operator==(const cell_grant&, const cell_grant&) = default;
};

/// Why there is no cell for who asked.
///
/// why     promise_used_up  the tenant holds so much of what it was promised that no such cell is left of it
///         bad_gpus         what is left of its promise has bad GPUs, or could be had only from others' promises
///         none_idle        nobody may borrow: each cell of the level is in use, in part at least, or has bad GPUs
/// tenant  the name of who asked; empty for a borrower
/// level   the name of the level asked for
struct no_cell {
    /// The reasons.
    enum class reason : std::uint8_t { promise_used_up, bad_gpus, none_idle };

    reason why = reason::none_idle;
    std::string tenant;
    std::string level;

    /// One line: "vision: no quad is left of what it was promised".
    [[nodiscard]] std::string message() const {
        if (why == reason::none_idle) return std::string{"no "}.append(level).append(" is idle");
        std::string text = tenant;
        if (why == reason::promise_used_up)
            return text.append(": no ").append(level).append(" is left of what it was promised");
        return text.append(": bad GPUs leave no ").append(level).append(" of what it was promised");
    }

    friend std::ostream& operator<<(std::ostream& out, const no_cell& refused) { return out << refused.message(); }
    friend bool operator==(const no_cell&, const no_cell&) = default;
};

} // namespace gpupack::plan
