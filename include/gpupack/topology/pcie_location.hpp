// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/link.hpp>

namespace gpupack::inline GPUPACK_ABI {

/// Where a device hangs in the PCIe tree of its node.
struct pcie_location {
    int numa = 0; ///< The NUMA node, 0 to 15.
    /// The host bridge; the tree of switches below it; the switch in that tree; the board. Numbered over the whole
    /// node; -1: one that it shares with nobody.
    int bridge = -1;
    /// The host bridge; the tree of switches below it; the switch in that tree; the board. Numbered over the whole
    /// node; -1: one that it shares with nobody.
    int tree = -1;
    /// The host bridge; the tree of switches below it; the switch in that tree; the board. Numbered over the whole
    /// node; -1: one that it shares with nobody.
    int hub = -1;
    /// The host bridge; the tree of switches below it; the switch in that tree; the board. Numbered over the whole
    /// node; -1: one that it shares with nobody.
    int board = -1;

    friend bool operator==(const pcie_location&, const pcie_location&) = default;
};

/// The way between two devices, by the closest part of the tree that they share.
[[nodiscard]] constexpr pcie_path path_between(const pcie_location& a, const pcie_location& b) noexcept {
    const auto shared = [](int x, int y) { return x >= 0 && x == y; };
    if (shared(a.board, b.board)) return pcie_path::same_board;
    if (shared(a.hub, b.hub)) return pcie_path::single_switch;
    if (shared(a.tree, b.tree)) return pcie_path::multi_switch;
    if (shared(a.bridge, b.bridge)) return pcie_path::host_bridge;
    return a.numa == b.numa ? pcie_path::same_cpu : pcie_path::cross_cpu;
}

} // namespace gpupack
