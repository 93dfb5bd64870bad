// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

/// A node of a cluster: its number, and which of the nodes that have had the number it is.
///
/// A number is used again once its node is gone, an id never: the id of a node that is gone names nothing, and not the
/// node that has its number now. Nodes of a cluster that only grows are of generation 0.
/// Order: by number, so that the lower node wins ties.
class node_id {
  public:
    using number_type = std::uint32_t; ///< Of number().

    static constexpr int generation_bits = 10; ///< Of the 32 bits of an id.
    static constexpr std::uint32_t max_generation =
        (1U << generation_bits) - 1; ///< A number is not used again after it.
    static constexpr std::uint32_t max_nodes =
        (1U << (32 - generation_bits)) - 1; ///< Numbers of one cluster: 4,194,303.

    node_id() = default;
    /// The node of that number, from 0 to max_nodes.
    ///
    /// @param number      index of the node in its cluster
    /// @param generation  how many nodes had the number before it
    GPUPACK_HD explicit constexpr node_id(std::uint32_t number, std::uint32_t generation = 0) noexcept
        : bits_{number << generation_bits | generation} {}

    /// The id of no node, which comes after all others.
    [[nodiscard]] GPUPACK_HD static constexpr node_id none() noexcept { return node_id{max_nodes, max_generation}; }

    /// Its index in the cluster, from 0.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t number() const noexcept { return bits_ >> generation_bits; }
    /// How many nodes had the number before it.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t generation() const noexcept { return bits_ & max_generation; }
    /// Both in one number, equal for equal ids alone.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t bits() const noexcept { return bits_; }

    GPUPACK_HD friend constexpr bool operator==(node_id a, node_id b) noexcept { return a.bits_ == b.bits_; }
    GPUPACK_HD friend constexpr bool operator<(node_id a, node_id b) noexcept { return a.bits_ < b.bits_; }
    /// The same order, on the host: for what is ordered member by member.
    friend constexpr std::strong_ordering operator<=>(node_id a, node_id b) noexcept { return a.bits_ <=> b.bits_; }

  private:
    std::uint32_t bits_ = 0;
};

} // namespace gpupack

/// For the unordered containers of the standard library.
template <> struct std::hash<gpupack::node_id> {
    [[nodiscard]] std::size_t operator()(gpupack::node_id id) const noexcept {
        return std::hash<std::uint32_t>{}(id.bits());
    }
};
