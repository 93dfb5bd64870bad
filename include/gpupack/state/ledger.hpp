// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/split.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The placements that are live, each with what it took, so that a release gives back exactly that, once.
///
/// Cost: constant time; no allocation while there are no more live placements than were reserved.
class ledger {
  public:
    /// What one live placement took, and from where, in 44 bytes.
    struct entry {
        std::int32_t cpu = 0;               ///< milli-cores of the host
        std::int32_t memory = 0;            ///< MiB of the host
        std::int32_t gpu_memory = 0;        ///< MiB of each GPU, in slices
        std::int16_t gpu_compute = 0;       ///< milli-GPUs of each GPU, in slices
        sharing way = sharing::idle;        ///< how it shares its GPUs
        std::int8_t memory_percent = 0;     ///< percent of the memory of each GPU, in place of MiB
        node_id node{};                     ///< the node
        gpu_set gpus{};                     ///< the GPUs on it
        slot_list slots{};                  ///< for instances, the slot on each of them
        std::uint32_t generation = 0;       ///< how many placements have stood here
        std::uint32_t pieces = no_pieces;   ///< for a split slice, where its split_memory stands
        std::int16_t rounding_overhead = 0; ///< milli-GPUs of each GPU that a request rule added
        bool live = false;                  ///< whether it has not been given back

        /// What it took of each GPU, where it took the same of all.
        [[nodiscard]] share share_taken() const noexcept {
            if (way == sharing::exclusive) return exclusive{};
            if (in_profiles(way)) return instance{.way = way};
            return slice{mebibytes{gpu_memory}, milli_gpu{gpu_compute}, memory_percent};
        }
    };

    static constexpr std::uint32_t no_pieces = 0xffffffffU; ///< Says that a placement is no split slice.

    /// Makes room for that many live placements.
    void reserve(std::size_t placements) {
        entries_.reserve(placements);
        free_.reserve(placements);
    }

    /// The number of live placements.
    [[nodiscard]] std::size_t live() const noexcept { return entries_.size() - free_.size(); }

    /// Writes a placement down; its slot and generation are the receipt.
    ///
    /// @param request  what it takes
    /// @param node  the node
    /// @param gpus  the GPUs on it
    /// @param slots  for instances, the slot on each of them
    /// @param rounding_overhead  compute of each GPU that a request rule added
    /// @param pieces  for a split slice, what each GPU gives
    /// @return the placement, which still lacks its cluster
    placement enter(const request& request, node_id node, gpu_set gpus, slot_list slots, milli_gpu rounding_overhead = {},
                    const split_memory& pieces = {}) {
        if (free_.empty()) {
            GPUPACK_EXPECTS(entries_.size() < 0xffffffffU, "fewer than 2^32 live placements");
            entries_.push_back({});
            free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
        }
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        entry& written = entries_[slot];
        written = {static_cast<std::int32_t>(request.cpu.count()),
                   static_cast<std::int32_t>(request.memory.count()),
                   static_cast<std::int32_t>(request.share.memory().count()),
                   static_cast<std::int16_t>(request.share.compute().count()),
                   request.share.way(),
                   static_cast<std::int8_t>(request.share.memory_percent()),
                   node,
                   gpus,
                   slots,
                   written.generation + 1,
                   request.share.is_split() ? keep(pieces) : no_pieces,
                   static_cast<std::int16_t>(rounding_overhead.count()),
                   true};
        return {{node, gpus, slots}, slot, written.generation, 0};
    }

    /// Whether the placement is live here, unchanged.
    [[nodiscard]] bool holds(const placement& receipt) const noexcept {
        if (receipt.slot >= entries_.size()) return false;
        const entry& written = entries_[receipt.slot];
        return written.live && written.generation == receipt.generation && written.node == receipt.node &&
               written.gpus == receipt.gpus && written.slots == receipt.slots;
    }

    /// What a placement that holds() took.
    [[nodiscard]] const entry& operator[](const placement& receipt) const noexcept {
        return entries_[receipt.slot];
    }

    /// What each GPU gives to a split slice, also just after it was struck; all 0 for anything else.
    [[nodiscard]] split_memory pieces_of(const entry& written) const noexcept {
        return written.pieces == no_pieces ? split_memory{} : pieces_[written.pieces];
    }

    /// Strikes a placement that holds() and says what it took.
    entry strike(const placement& receipt) {
        GPUPACK_EXPECTS(holds(receipt), "a placement that is live in this cluster; was it released before?");
        free_.push_back(receipt.slot);
        if (const std::uint32_t index = entries_[receipt.slot].pieces; index != no_pieces) free_pieces_.push_back(index);
        entries_[receipt.slot].live = false;
        return entries_[receipt.slot];
    }

  private:
    [[nodiscard]] std::uint32_t keep(const split_memory& pieces) {
        if (free_pieces_.empty()) {
            free_pieces_.push_back(static_cast<std::uint32_t>(pieces_.size()));
            pieces_.push_back({});
        }
        const std::uint32_t index = free_pieces_.back();
        free_pieces_.pop_back();
        pieces_[index] = pieces;
        return index;
    }

    std::vector<entry> entries_;
    std::vector<std::uint32_t> free_;
    std::vector<split_memory> pieces_; // few requests have any
    std::vector<std::uint32_t> free_pieces_;
};

} // namespace gpupack
