// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/change_log.hpp>
#include <gpupack/state/cluster.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Lets other threads look at a cluster while one thread goes on changing it.
///
/// The writer says which nodes changed, and publishes now and then; a reader takes the snapshot that was published
/// last and keeps it as long as it likes. Nobody waits and nothing is locked: the writer brings a copy up to date
/// that no reader holds. Memory: a copy of the state of the cluster for each of `copies`, and 72 bytes a node.
class snapshot_feed {
  public:
    /// Publishes the cluster as it is.
    ///
    /// @param cluster  the cluster
    /// @param copies  at least 2: the one published last, and one to write to; one more for each reader that may keep
    ///     an old snapshot
    explicit snapshot_feed(const cluster& cluster, std::size_t copies = 4) : changes_{cluster.size()}, copies_(copies) {
        GPUPACK_EXPECTS(copies >= 2, "a copy to read and one to write");
        for (copy& each : copies_) each.snapshot.emplace(cluster.without_ledger());
    }

    /// A snapshot that does not change while this lives. For one thread; may be moved.
    class reading {
      public:
        /// Takes the snapshot over from another reading.
        reading(reading&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
        reading& operator=(reading&& other) noexcept {
            std::swap(held_, other.held_);
            return *this;
        }
        reading(const reading&) = delete;
        reading& operator=(const reading&) = delete;
        ~reading() {
            if (held_ != nullptr) held_->readers.fetch_sub(1);
        }

        /// The cluster as it was when it was published. Its placements cannot be released there.
        [[nodiscard]] const cluster& operator*() const noexcept { return *held_->snapshot; }
        [[nodiscard]] const cluster* operator->() const noexcept { return &*held_->snapshot; }

      private:
        friend class snapshot_feed;
        struct slot {
            std::optional<cluster> snapshot; // always one
            std::uint64_t seen = 0;          // the change that it has seen last
            mutable std::atomic<std::uint32_t> readers{0};
        };
        explicit reading(const slot& held) noexcept : held_{&held} {}

        const slot* held_;
    };

    /// The writer changed that node, added it, or removed it. Cost: constant.
    void changed(const cluster& cluster, node_id node) { changes_.changed(cluster, node); }

    /// Shows readers the cluster as it is now. False where readers hold all other copies: nothing is lost, try
    /// again.
    ///
    /// Only the writer calls this. Cost: a copy of each node that changed since this copy was written last; no
    /// allocation, unless nodes came or went. Where a node of a new type came, a copy of all types.
    ///
    /// @param cluster  the cluster that the feed was made from
    /// @return whether readers see it now
    bool publish(const cluster& cluster) {
        const std::size_t latest = latest_.load();
        for (std::size_t i = 0; i < copies_.size(); ++i) {
            copy& spare = copies_[i];
            if (i == latest || spare.readers.load() != 0) continue;
            gpupack::cluster& written = *spare.snapshot;
            written.copy_shape(cluster);
            changes_.for_each_since(spare.seen, [&](const node_row& row) { written.copy_node(cluster, row); });
            written.copy_totals(cluster);
            spare.seen = changes_.now();
            latest_.store(i);
            return true;
        }
        return false;
    }

    /// The snapshot published last. Any thread, at any time. Cost: a few atomic operations.
    [[nodiscard]] reading latest() const noexcept {
        while (true) {
            const std::size_t i = latest_.load();
            copies_[i].readers.fetch_add(1);
            // Still the latest: the writer sees that it is held before it would write to it again.
            if (latest_.load() == i) return reading{copies_[i]};
            copies_[i].readers.fetch_sub(1);
        }
    }

  private:
    using copy = reading::slot;

    change_log changes_;
    std::vector<copy> copies_;
    std::atomic<std::size_t> latest_{0};
};

} // namespace gpupack
