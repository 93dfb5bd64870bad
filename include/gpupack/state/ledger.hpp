// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/slot_list.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The placements that are live, each with what it holds, so that a release gives back exactly that, once; and those of
/// each node, oldest first.
///
/// Cost: constant time; no allocation while there are no more live placements than were reserved. Memory: 60 bytes a
/// placement, 4 a node.
class ledger {
  public:
    /// Makes room for that many live placements.
    void reserve(std::size_t placements) {
        entries_.reserve(placements);
        free_.reserve(placements);
    }
    /// Makes room for nodes with numbers below that.
    void resize_nodes(std::size_t numbers) { first_.resize(numbers, none); }

    /// The number of live placements.
    [[nodiscard]] std::size_t live() const noexcept { return entries_.size() - free_.size(); }

    /// Writes a placement down.
    ///
    /// @param held   what it holds, on a node that was made room for
    /// @param owner  the cluster that it belongs to
    /// @return the receipt
    placement enter(const placed_resources& held, std::uint32_t owner) {
        if (free_.empty()) {
            GPUPACK_EXPECTS(entries_.size() < none, "fewer than 2^32 live placements");
            entries_.push_back({});
            free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
        }
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        entry& written = entries_[slot];
        const std::uint32_t generation = written.generation + 1;
        written = {static_cast<std::int32_t>(held.cpu.count()),
                   static_cast<std::int32_t>(held.memory.count()),
                   static_cast<std::int32_t>(held.share.memory().count()),
                   held.share.memory_part(),
                   static_cast<std::int16_t>(held.share.compute().count()),
                   held.share.way(),
                   held.share.rule(),
                   held.node,
                   held.gpus,
                   held.slots,
                   generation,
                   owner,
                   held.share.is_split() ? keep(held.pieces) : none,
                   0,
                   0,
                   static_cast<std::int16_t>(held.rounding_overhead.count()),
                   true,
                   held.leaving};
        link(slot);
        return {{held.node, held.gpus, held.slots}, slot, generation, owner};
    }

    /// Whether the placement is live here.
    [[nodiscard]] bool holds(const placement& receipt) const noexcept {
        if (receipt.slot >= entries_.size()) return false;
        const entry& written = entries_[receipt.slot];
        return written.live && written.generation == receipt.generation && written.owner == receipt.cluster &&
               written.node == receipt.node && written.gpus == receipt.gpus;
    }

    /// What a placement that holds() has.
    [[nodiscard]] placed_resources resources_of(const placement& receipt) const noexcept {
        const entry& written = entries_[receipt.slot];
        placed_resources held;
        static_cast<selection&>(held) = {written.node, written.gpus, written.slots};
        held.cpu = milli_cpu{written.cpu};
        held.memory = mebibytes{written.memory};
        if (written.pieces != none) held.pieces = pieces_[written.pieces];
        held.share = share_of(written, held.pieces);
        held.rounding_overhead = milli_gpu{written.rounding_overhead};
        held.leaving = written.leaving;
        return held;
    }

    /// Strikes a placement that holds().
    void strike(const placement& receipt) {
        entry& written = entries_[receipt.slot];
        unlink(receipt.slot);
        free_.push_back(receipt.slot);
        if (written.pieces != none) free_pieces_.push_back(written.pieces);
        written.live = false;
    }

    /// Says whether a placement that holds() was told to leave.
    void set_leaving(const placement& receipt, bool leaving) noexcept { entries_[receipt.slot].leaving = leaving; }
    /// Says where the instances of a placement that holds() are now.
    void set_slots(const placement& receipt, slot_list slots) noexcept { entries_[receipt.slot].slots = slots; }

    /// Calls visit(receipt) for each placement on a node, oldest first. It must not change the ledger.
    template <class Visit> void for_each_on(std::uint32_t number, Visit&& visit) const {
        if (number >= first_.size() || first_[number] == none) return;
        std::uint32_t slot = first_[number];
        do {
            const entry& written = entries_[slot];
            visit(placement{{written.node, written.gpus, written.slots}, slot, written.generation, written.owner});
            slot = written.next;
        } while (slot != first_[number]);
    }

  private:
    static constexpr std::uint32_t none = 0xffffffffU; // no slot, no pieces

    /// What one live placement holds, and where, in 60 bytes.
    struct entry {
        std::int32_t cpu = 0;
        std::int32_t memory = 0;
        std::int32_t gpu_memory = 0;  // of a slice; the least of a split one
        std::int32_t memory_part = 0; // millionths, in place of gpu_memory
        std::int16_t gpu_compute = 0;
        sharing way = sharing::idle;
        share_rule rule{};
        node_id node{};
        gpu_set gpus{};
        slot_list slots{};
        std::uint32_t generation = 0; // how many placements have stood here
        std::uint32_t owner = 0;
        std::uint32_t pieces = none; // for a split slice, where its split_memory stands
        std::uint32_t next = 0;      // on the node, in a ring
        std::uint32_t previous = 0;
        std::int16_t rounding_overhead = 0;
        bool live = false;
        bool leaving = false;
    };
    static_assert(sizeof(entry) == 60);

    [[nodiscard]] static share share_of(const entry& written, const split_memory& pieces) noexcept {
        const milli_gpu compute{written.gpu_compute};
        if (written.way == sharing::exclusive) return exclusive{};
        if (in_profiles(written.way)) return instance{.way = written.way, .rule = written.rule};
        if (written.pieces == none)
            return slice{mebibytes{written.gpu_memory}, compute, 0, written.memory_part, written.rule};
        std::int64_t total = 0;
        for (const std::int32_t piece : pieces.memory) total += piece;
        return share{split_slice{mebibytes{total}, compute, mebibytes{written.gpu_memory}}}.with(written.rule);
    }

    /// Makes an entry the youngest on its node.
    void link(std::uint32_t slot) noexcept {
        entry& written = entries_[slot];
        std::uint32_t& first = first_[written.node.number()];
        if (first == none) {
            first = written.next = written.previous = slot;
            return;
        }
        written.next = first;
        written.previous = entries_[first].previous;
        entries_[written.previous].next = slot;
        entries_[first].previous = slot;
    }
    void unlink(std::uint32_t slot) noexcept {
        const entry& written = entries_[slot];
        std::uint32_t& first = first_[written.node.number()];
        if (written.next == slot) {
            first = none;
            return;
        }
        entries_[written.previous].next = written.next;
        entries_[written.next].previous = written.previous;
        if (first == slot) first = written.next;
    }

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
    std::vector<std::uint32_t> first_; // [nodes] the oldest placement on each
    std::vector<split_memory> pieces_; // few requests have any
    std::vector<std::uint32_t> free_pieces_;
};

} // namespace gpupack
