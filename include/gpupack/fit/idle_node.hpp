// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// A node as it would be with everything on it open, to ask what closing it keeps away.
class opened_node {
  public:
    /// @param node stays as it is; its type must outlive this
    GPUPACK_HD explicit constexpr opened_node(const node_view& node) noexcept : type_{&node.type()}, id_{node.id()} {
        for (int i = 0; i < type_->gpu_count; ++i) {
            gpus_[i] = node.gpu(i);
            gpus_[i].closed = false;
        }
        state_.cpu_free = static_cast<std::int32_t>(node.cpu_free().count());
        state_.memory_free = static_cast<std::int32_t>(node.memory_free().count());
        sum_up_gpus(state_, gpus_, type_->gpus, type_->gpu_count);
    }

    /// Valid while the opened_node stays where it is.
    [[nodiscard]] GPUPACK_HD constexpr node_view view() const noexcept { return {id_, *type_, state_, gpus_}; }

  private:
    const node_type* type_;
    node_id id_;
    node_state state_;
    gpu_state gpus_[max_gpus_per_node] = {};
};

/// A node of some type with nothing on it, to ask what would fit an empty cluster.
class idle_node {
  public:
    /// @param type must outlive the idle_node
    /// @param id the node that it stands for, where requests ask for GPUs by id
    GPUPACK_HD explicit constexpr idle_node(const node_type& type, node_id id = {}) noexcept : type_{&type}, id_{id} {
        for (int i = 0; i < type.gpu_count; ++i) gpus_[i] = idle_gpu(type.gpus[i]);
        state_ = idle_state(type, gpus_);
    }

    /// A node of a cluster as it would be with nothing on it. What is closed stays closed.
    GPUPACK_HD explicit constexpr idle_node(const node_view& node) noexcept : type_{&node.type()}, id_{node.id()} {
        for (int i = 0; i < type_->gpu_count; ++i) {
            gpus_[i] = idle_gpu(type_->gpus[i]);
            gpus_[i].closed = node.gpu(i).closed;
        }
        state_ = idle_state(*type_, gpus_);
        state_.closed = node.closed();
    }

    /// Valid while the idle_node stays where it is.
    [[nodiscard]] GPUPACK_HD constexpr node_view view() const noexcept { return {id_, *type_, state_, gpus_}; }

  private:
    const node_type* type_;
    node_id id_;
    node_state state_;
    gpu_state gpus_[max_gpus_per_node] = {};
};

} // namespace gpupack::fit
