#pragma once

#include <gpupack/cuda/batch_plan.hpp>
#include <gpupack/cuda/cluster_view.hpp>
#include <gpupack/cuda/detail/batch_trees.hpp>
#include <gpupack/cuda/detail/batch_walk.hpp>
#include <gpupack/cuda/host_cluster.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::cuda::detail {

/// Owns in host memory what a walk works on: a copy of the cluster, the trees and the log.
template <class Key> class batch_arrays {
  public:
    /// log_room  placements at most
    batch_arrays(const cluster& on, std::uint32_t trees, std::uint32_t log_room)
        : on_{on}, levels_{static_cast<std::uint32_t>(on.size())}, keys_(std::size_t{trees} * levels_.entrants),
          entered_(keys_.size()), winners_(std::size_t{trees} * levels_.winners),
          seen_(trees, batch_desk<Key>::unfilled), latest_(on.size(), batch_desk<Key>::never), log_(log_room) {}

    /// Valid while this lives.
    [[nodiscard]] batch_desk<Key> desk() noexcept {
        return {on_.view(),
                {keys_.data(), entered_.data(), winners_.data(), levels_},
                seen_.data(),
                latest_.data(),
                log_.data(),
                &logged_,
                static_cast<std::uint32_t>(log_.size())};
    }

    /// The cluster as it is after what was placed.
    [[nodiscard]] const host_cluster& state() const noexcept { return on_; }

  private:
    host_cluster on_;
    tree_levels levels_;
    std::vector<Key> keys_;
    std::vector<std::uint8_t> entered_;
    std::vector<tree_winner<Key>> winners_;
    std::vector<std::uint32_t> seen_;
    std::vector<std::uint32_t> latest_;
    std::vector<std::uint32_t> log_;
    std::uint32_t logged_ = 0;
};

} // namespace gpupack::cuda::detail
