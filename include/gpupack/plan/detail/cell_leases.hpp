// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/cell_grant.hpp>
#include <gpupack/plan/detail/cell_tally.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The cells that are handed out: who holds each, and who holds each GPU. Cost: O(size of the cell + levels) for a change,
/// constant time for a question but for borrowers().
class cell_leases {
  public:
    static constexpr std::uint32_t a_borrower = 0xffffffffU;

    /// A cell handed out, to a tenant or a_borrower.
    struct held {
        cell where{};
        std::uint32_t tenant = a_borrower;
        std::uint32_t generation = 0;
        bool live = false;
    };

    explicit cell_leases(const cell_chain& chain) : chain_{chain}, borrowed_{chain}, holder_(chain.gpus(), nobody) {}

    /// Writes down that the tenant, or a_borrower, holds a cell of which nobody holds a GPU.
    cell_lease enter(cell where, std::uint32_t tenant) {
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(all_.size()));
            all_.emplace_back();
        }
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        held& written = all_[slot];
        written = {where, tenant, written.generation + 1, true};
        mark(where, slot);
        if (tenant == a_borrower) borrowed_.add(where, chain_.size_of(where.level));
        return {slot, written.generation};
    }

    /// Strikes a lease that holds() and says what it held.
    held strike(cell_lease lease) {
        GPUPACK_EXPECTS(holds(lease), "a lease that is live here; was it released or evicted before?");
        held& struck = all_[lease.slot];
        struck.live = false;
        free_.push_back(lease.slot);
        mark(struck.where, nobody);
        if (struck.tenant == a_borrower) borrowed_.add(struck.where, -std::int64_t{chain_.size_of(struck.where.level)});
        return struck;
    }

    [[nodiscard]] bool holds(cell_lease lease) const noexcept {
        return lease.slot < all_.size() && all_[lease.slot].live && all_[lease.slot].generation == lease.generation;
    }
    /// What a lease that holds() is for.
    [[nodiscard]] const held& operator[](cell_lease lease) const { return all_[lease.slot]; }

    /// Who holds the GPU.
    [[nodiscard]] std::optional<cell_lease> holder(std::uint32_t gpu) const noexcept {
        const std::uint32_t slot = holder_[gpu];
        if (slot == nobody) return std::nullopt;
        return cell_lease{slot, all_[slot].generation};
    }

    /// How many GPUs borrowers would lose, inside and outside the cell, if all that borrow some of it were evicted.
    /// No tenant must hold a GPU of the cell.
    [[nodiscard]] std::int64_t evicted_by(cell piece) const {
        const std::uint32_t slot = holder_[chain_.first_gpu(piece)];
        if (slot != nobody && all_[slot].where.level > piece.level) return chain_.size_of(all_[slot].where.level);
        return borrowed_[piece];
    }

    /// Who borrows some of the cell, of which no tenant must hold a GPU; by their place in the chain.
    [[nodiscard]] std::vector<cell_lease> borrowers(cell piece) const {
        std::vector<cell_lease> found;
        const std::uint32_t first = chain_.first_gpu(piece);
        for (std::uint32_t gpu = first; gpu < first + chain_.size_of(piece.level);) {
            const std::uint32_t slot = holder_[gpu];
            if (slot != nobody) found.push_back({slot, all_[slot].generation});
            gpu += slot == nobody ? 1 : chain_.size_of(all_[slot].where.level);
        }
        return found;
    }

  private:
    static constexpr std::uint32_t nobody = 0xffffffffU;

    void mark(cell where, std::uint32_t slot) {
        const std::uint32_t first = chain_.first_gpu(where);
        for (std::uint32_t gpu = first; gpu < first + chain_.size_of(where.level); ++gpu) holder_[gpu] = slot;
    }

    cell_chain chain_;
    cell_tally borrowed_;               // how many GPUs of each cell are in borrowed cells that lie inside it
    std::vector<std::uint32_t> holder_; // [GPUs]  a slot, or nobody
    std::vector<held> all_;
    std::vector<std::uint32_t> free_; // slots of all_ that are not live
};

} // namespace gpupack::plan::detail
