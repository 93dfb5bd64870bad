// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The GPUs that a request wants by id, in its flat form: these alone, or all but these; on 8 nodes at most. The
/// default is all.
class gpu_choice {
  public:
    static constexpr int max_nodes = 8; ///< Nodes whose GPUs it can name, at most.

    /// All GPUs.
    gpu_choice() = default;
    /// No GPU, or all.
    ///
    /// @param only  whether the GPUs added are the only ones that will do; else they are those that will not
    GPUPACK_HD explicit constexpr gpu_choice(bool only) noexcept : only_{only} {}

    /// Adds GPUs of a node; false where that were a ninth node.
    GPUPACK_HD constexpr bool add(node_id node, gpu_set gpus) noexcept {
        int i = 0;
        while (i < nodes_ && !(on_[i].node == node)) ++i;
        if (i == max_nodes) return false;
        if (i == nodes_) on_[nodes_++] = {node, gpu_set{}};
        on_[i].gpus = on_[i].gpus | gpus;
        return true;
    }

    /// Whether the GPUs that it names are the only ones that will do.
    [[nodiscard]] GPUPACK_HD constexpr bool is_only() const noexcept { return only_; }
    /// Calls visit(node, gpus) for the GPUs that it names.
    template <class Visit> constexpr void for_each(Visit&& visit) const {
        for (int i = 0; i < nodes_; ++i) visit(on_[i].node, on_[i].gpus);
    }

    /// Whether every GPU will do.
    [[nodiscard]] GPUPACK_HD constexpr bool is_any() const noexcept { return nodes_ == 0 && !only_; }
    /// Those among the GPUs of a node that will do.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set among(node_id node, gpu_set gpus) const noexcept {
        gpu_set named;
        for (int i = 0; i < nodes_; ++i)
            if (on_[i].node == node) named = on_[i].gpus;
        return gpu_set::from_bits(gpus.bits() & (only_ ? named.bits() : ~named.bits()));
    }
    /// A number that equal choices share.
    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t hash() const noexcept {
        std::uint64_t sum = only_ ? 1 : 0;
        for (int i = 0; i < nodes_; ++i)
            sum = (sum ^ on_[i].node.number() ^ std::uint64_t{on_[i].gpus.bits()} << 32) * 0x9e3779b97f4a7c15ULL;
        return sum;
    }

    GPUPACK_HD friend constexpr bool operator==(const gpu_choice& a, const gpu_choice& b) noexcept {
        if (a.nodes_ != b.nodes_ || a.only_ != b.only_) return false;
        for (int i = 0; i < a.nodes_; ++i)
            if (!(a.on_[i].node == b.on_[i].node) || !(a.on_[i].gpus == b.on_[i].gpus)) return false;
        return true;
    }

  private:
    struct on_node {
        node_id node{};
        gpu_set gpus{};
    };

    on_node on_[max_nodes] = {};
    std::int32_t nodes_ = 0;
    bool only_ = false;
};

} // namespace gpupack
