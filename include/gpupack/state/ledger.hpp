#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack {

/// The placements that are live, each with what it took, so that a release gives back exactly that, once.
///
/// cost  constant time; no allocation while live placements stay under what was reserved
class ledger {
  public:
    /// What one live placement took, and from where.
    struct entry {
        request taken;
        node_id node{};
        gpu_set gpus{};
        std::uint32_t generation = 0;
        bool live = false;
    };

    /// Makes room for that many live placements.
    void reserve(std::size_t placements) {
        entries_.reserve(placements);
        free_.reserve(placements);
    }

    [[nodiscard]] std::size_t live() const noexcept { return entries_.size() - free_.size(); }

    /// Writes a placement down; its slot and generation are the receipt.
    placement enter(const request& taken, node_id node, gpu_set gpus) {
        if (free_.empty()) {
            GPUPACK_EXPECTS(entries_.size() < 0xffffffffU, "fewer than 2^32 live placements");
            entries_.push_back({});
            free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
        }
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        entry& written = entries_[slot];
        written = {taken, node, gpus, written.generation + 1, true};
        return {node, gpus, slot, written.generation, 0};
    }

    /// Whether the placement is live here, unchanged.
    [[nodiscard]] bool holds(const placement& receipt) const noexcept {
        if (receipt.slot >= entries_.size()) return false;
        const entry& written = entries_[receipt.slot];
        return written.live && written.generation == receipt.generation && written.node == receipt.node &&
               written.gpus == receipt.gpus;
    }

    /// Strikes a placement that holds() and says what it took.
    entry strike(const placement& receipt) {
        GPUPACK_EXPECTS(holds(receipt), "a placement that is live in this cluster; was it released before?");
        free_.push_back(receipt.slot);
        entries_[receipt.slot].live = false;
        return entries_[receipt.slot];
    }

  private:
    std::vector<entry> entries_;
    std::vector<std::uint32_t> free_;
};

} // namespace gpupack
