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
    std::uint32_t slot = 0;       ///< Where it is kept.
    std::uint32_t generation = 0; ///< How many leases the slot had before.

    friend constexpr bool operator==(cell_lease, cell_lease) = default;
};

/// A cell that was handed out.
struct cell_grant {
    cell_lease lease{};              ///< What gives it back.
    cell where{};                    ///< Which cell it is.
    std::vector<cell_lease> evicted; ///< Leases of borrowed cells that ended for it, by their place in the chain.

    friend bool operator==(const cell_grant&, const cell_grant&) = default;
};

/// Why there is no cell for a tenant or a borrower.
struct no_cell {
    /// The reasons.
    enum class reason : std::uint8_t {
        promise_used_up, ///< The tenant holds so much of its promise that no such cell is left of it.
        bad_gpus,        ///< What is left of its promise has bad GPUs, or could be had only from others' promises.
        none_idle        ///< Nothing to borrow: each cell of the level is in use, in part at least, or has bad GPUs.
    };

    reason why = reason::none_idle; ///< The reason.
    std::string tenant;             ///< Name of the tenant; empty for a borrower.
    std::string level;              ///< Name of the level that was asked for.

    /// One line: "vision: no quad is left of what it was promised".
    [[nodiscard]] std::string message() const {
        if (why == reason::none_idle) return std::string{"no "}.append(level).append(" is idle");
        std::string text = tenant;
        if (why == reason::promise_used_up)
            return text.append(": no ").append(level).append(" is left of what it was promised");
        return text.append(": bad GPUs leave no ").append(level).append(" of what it was promised");
    }

    friend std::ostream& operator<<(std::ostream& out, const no_cell& failure) { return out << failure.message(); }
    friend bool operator==(const no_cell&, const no_cell&) = default;
};

} // namespace gpupack::plan
