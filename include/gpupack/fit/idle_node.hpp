#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_kind.hpp>

namespace gpupack::fit {

/// A node of some kind with nothing on it, for asking what would fit an empty cluster.
class idle_node {
  public:
    /// kind  must outlive the idle_node
    /// id    the number that it stands for, where requests ask for GPUs by id
    GPUPACK_HD explicit constexpr idle_node(const node_kind& kind, node_id id = {}) noexcept
        : kind_{&kind}, id_{id} {
        for (int i = 0; i < kind.gpu_count; ++i) gpus_[i] = idle_gpu(kind.gpus[i]);
        state_ = idle_state(kind, gpus_);
    }

    /// Valid while the idle_node stays where it is.
    [[nodiscard]] GPUPACK_HD constexpr node_view view() const noexcept { return {id_, *kind_, state_, gpus_}; }

  private:
    const node_kind* kind_;
    node_id id_;
    node_state state_;
    gpu_state gpus_[max_gpus_per_node] = {};
};

} // namespace gpupack::fit
