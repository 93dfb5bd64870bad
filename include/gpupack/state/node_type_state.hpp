// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// How many of a node's GPUs are idle together with their part of its CPU and memory: on a node of 8 GPUs and 96 cores
/// with 6 idle GPUs and 40 free cores, 3.
[[nodiscard]] GPUPACK_HD constexpr int whole_shares(const node_state& node, const node_type& type) noexcept {
    if (node.closed) return 0;
    std::int64_t shares = node.idle_gpus;
    if (std::int64_t{node.cpu_free} * type.gpu_count < shares * type.cpu.count())
        shares = std::int64_t{node.cpu_free} * type.gpu_count / type.cpu.count();
    if (std::int64_t{node.memory_free} * type.gpu_count < shares * type.memory.count())
        shares = std::int64_t{node.memory_free} * type.gpu_count / type.memory.count();
    return static_cast<int>(shares);
}

/// What is free on the nodes of one type, added up.
struct node_type_state {
    std::array<std::uint32_t, max_gpus_per_node + 1> by_shares{}; ///< [n] nodes with n whole_shares; closed ones have 0
    std::int64_t compute_free = 0; ///< Milli-GPUs, over the GPUs of nodes that are not closed.

    std::uint32_t nodes = 0; ///< Nodes of the type.
    std::uint32_t open = 0;  ///< Those of them that are not closed.

    /// How many requests for that many GPUs there is room for, each GPU with its part of the node.
    ///
    /// @param gpus  GPUs of each request
    /// @param gpu_count  GPUs of a node of the type
    [[nodiscard]] std::int64_t room_for(int gpus, int gpu_count) const noexcept {
        std::int64_t room = 0;
        for (int n = gpus; n <= gpu_count; ++n)
            room += std::int64_t{by_shares[static_cast<std::size_t>(n)]} * (n / gpus);
        return room;
    }

    /// Counts a node in (sign 1) or out (sign -1).
    void count(const node_state& node, const node_type& type, int sign) noexcept {
        nodes += static_cast<std::uint32_t>(sign);
        open += static_cast<std::uint32_t>(node.closed ? 0 : sign);
        by_shares[static_cast<std::size_t>(whole_shares(node, type))] += static_cast<std::uint32_t>(sign);
        if (!node.closed) compute_free += sign * node.compute_free;
    }

    friend bool operator==(const node_type_state&, const node_type_state&) = default;
};

} // namespace gpupack
