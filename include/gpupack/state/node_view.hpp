// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// What a policy sees of a node: its type and its state, by reference.
///
/// Cheap to copy, and valid until the cluster it came from moves, goes, or changes that node. The same type serves
/// the host and a kernel.
class node_view {
  public:
    node_view() = default;

    /// @param id  the node
    /// @param type  its type
    /// @param state  its state, with its GPUs summed up
    /// @param gpus  [type.gpu_count] the state of its GPUs
    GPUPACK_HD constexpr node_view(node_id id, const node_type& type, const node_state& state,
                                   const gpu_state* gpus) noexcept
        : type_{&type}, state_{&state}, gpus_{gpus}, id_{id} {}

    /// The number of the node.
    [[nodiscard]] GPUPACK_HD constexpr node_id id() const noexcept { return id_; }
    /// Its type.
    [[nodiscard]] GPUPACK_HD constexpr const node_type& type() const noexcept { return *type_; }

    /// CPU of the node in all.
    [[nodiscard]] GPUPACK_HD constexpr milli_cpu cpu() const noexcept { return type_->cpu; }
    /// CPU that is free now.
    [[nodiscard]] GPUPACK_HD constexpr milli_cpu cpu_free() const noexcept { return milli_cpu{state_->cpu_free}; }
    /// Host memory in all.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes memory() const noexcept { return type_->memory; }
    /// Host memory that is free now.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes memory_free() const noexcept { return mebibytes{state_->memory_free}; }

    /// The number of its GPUs.
    [[nodiscard]] GPUPACK_HD constexpr int gpu_count() const noexcept { return type_->gpu_count; }
    /// The state of GPU `index`, from 0 to gpu_count() - 1.
    [[nodiscard]] GPUPACK_HD constexpr const gpu_state& gpu(int index) const noexcept { return gpus_[index]; }
    /// The model of a GPU.
    [[nodiscard]] GPUPACK_HD constexpr model_id gpu_model(int index) const noexcept { return type_->gpu_models[index]; }
    /// What GPU `index` can give in all.
    [[nodiscard]] GPUPACK_HD constexpr const gpu_capacity& capacity(int index) const noexcept {
        return type_->gpus[index];
    }
    /// Memory for slices of GPU `index` in all.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes gpu_memory(int index) const noexcept {
        return mebibytes{type_->gpus[index].memory};
    }

    /// Compute of all its GPUs together.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu compute() const noexcept { return milli_gpu{type_->compute}; }
    /// Compute that is free now, over all its GPUs.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu compute_free() const noexcept {
        return milli_gpu{state_->compute_free};
    }
    /// What is free over all its GPUs, of each its compute or its memory, whichever is the lesser part of the GPU.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu part_free() const noexcept { return milli_gpu{state_->part_free}; }
    /// Whether nothing more may be placed on it.
    [[nodiscard]] GPUPACK_HD constexpr bool closed() const noexcept { return state_->closed; }
    /// How many of its GPUs may be given whole.
    [[nodiscard]] GPUPACK_HD constexpr int idle_gpus() const noexcept { return state_->idle_gpus; }
    /// The profiles that have a place on a GPU that is in instances already, folded: see node_state.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t open_profiles() const noexcept { return state_->open_profiles; }
    /// The most compute that is free on one of its GPUs that takes slices; -1 where none does.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu slice_compute() const noexcept {
        return milli_gpu{state_->slice_compute};
    }
    /// The most memory that is free on one of its GPUs that takes slices; -1 where none does.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes slice_memory() const noexcept {
        return mebibytes{state_->slice_memory};
    }

    /// What is free on it.
    [[nodiscard]] GPUPACK_HD constexpr const node_state& state() const noexcept { return *state_; }
    /// The same node, seen as if that were free on it. Its GPUs stay as they are.
    ///
    /// @param state  must outlive the view
    [[nodiscard]] GPUPACK_HD constexpr node_view seen_as(const node_state& state) const noexcept {
        return {id_, *type_, state, gpus_};
    }

  private:
    const node_type* type_ = nullptr;
    const node_state* state_ = nullptr;
    const gpu_state* gpus_ = nullptr;
    node_id id_{};
};

static_assert(std::is_trivially_copyable_v<node_view> && std::is_standard_layout_v<node_view>);

} // namespace gpupack
