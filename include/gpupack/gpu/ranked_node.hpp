// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A node and what it is ranked by, or no node: search::best_node without a standard optional, for kernels.
///
/// Key  what policy::rank returns
template <class Key> struct ranked_node {
    /// Stands for no node; no cluster has one of that number.
    static constexpr std::uint32_t none = 0xffffffffU;

    Key key{};
    std::uint32_t node = none;

    [[nodiscard]] GPUPACK_HD constexpr bool found() const noexcept { return node != none; }

    /// Whether this comes before the other: a higher key, then a lower node; any node before none.
    [[nodiscard]] GPUPACK_HD constexpr bool beats(const ranked_node& other) const noexcept {
        if (node == none || other.node == none) return node != none && other.node == none;
        return other.key < key || (other.key == key && node < other.node);
    }

    GPUPACK_HD friend constexpr bool operator==(const ranked_node& a, const ranked_node& b) noexcept {
        return a.node == b.node && (a.node == none || a.key == b.key);
    }
};

/// A node, its rank, and the GPUs and slots that the policy takes there: search::choice with its rank.
template <class Key> struct ranked_choice {
    ranked_node<Key> at{};
    gpu_set gpus{};
    slot_list slots{};

    GPUPACK_HD friend constexpr bool operator==(const ranked_choice& a, const ranked_choice& b) noexcept {
        return a.at == b.at && (!a.at.found() || (a.gpus == b.gpus && a.slots == b.slots));
    }
};

static_assert(std::is_trivially_copyable_v<ranked_choice<std::int64_t>>);

} // namespace gpupack::gpu
