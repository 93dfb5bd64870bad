// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/gpu_names.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// Chooses GPUs by id: those of `allow`, all where it is empty, without those of `deny`.
struct gpu_selector {
    std::vector<std::string_view> allow{}; ///< Ids of the GPUs that will do; empty: all.
    std::vector<std::string_view> deny{}; ///< Ids of the GPUs that will not.

    /// The choice for request::ids.
    ///
    /// Errors: an id that no GPU has; GPUs on more than 8 nodes (close GPUs that nobody may use); nothing left to
    /// choose.
    [[nodiscard]] expected<gpu_choice, input_error> select(const gpu_names& names) const {
        gpu_choice denied{false};
        gpu_choice allowed{true};
        for (const std::string_view id : deny) {
            const auto found = names.find(id);
            if (!found) return unknown(id);
            if (allow.empty() && !denied.add(found->node, gpu_set::of(found->gpu))) return too_many(id);
        }
        if (allow.empty()) return denied;
        bool any = false;
        for (const std::string_view id : allow) {
            const auto found = names.find(id);
            if (!found) return unknown(id);
            bool is_denied = false;
            for (const std::string_view other : deny) is_denied = is_denied || other == id;
            if (is_denied) continue;
            any = true;
            if (!allowed.add(found->node, gpu_set::of(found->gpu))) return too_many(id);
        }
        if (!any) return bad_input("GPU id", std::string{allow.front()}, "one that is allowed and not denied");
        return allowed;
    }

  private:
    [[nodiscard]] static unexpected<input_error> unknown(std::string_view id) {
        return bad_input("GPU id", std::string{id}, "the id of a GPU of this cluster");
    }
    [[nodiscard]] static unexpected<input_error> too_many(std::string_view id) {
        return bad_input("GPU id", std::string{id}, "GPUs of at most 8 nodes");
    }
};

} // namespace gpupack
