// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// How two devices of a node reach each other over PCIe, the slowest way first. In the words of `nvidia-smi topo`:
/// SYS, NODE, PHB, PXB, PIX; NVML knows two GPUs on one board, too.
enum class pcie_path : std::uint8_t { cross_cpu, same_cpu, host_bridge, multi_switch, single_switch, same_board };

/// How two GPUs of a node reach each other.
struct gpu_link {
    pcie_path pcie = pcie_path::cross_cpu; ///< The way over PCIe, which is there beside NVLink.
    std::uint8_t nvlinks = 0; ///< NVLinks between the two; on an NVSwitch, those of each to the switch. 0 to 18.

    GPUPACK_HD friend constexpr bool operator==(const gpu_link& a, const gpu_link& b) noexcept {
        return a.pcie == b.pcie && a.nvlinks == b.nvlinks;
    }
};

/// The most NVLinks that a GPU has.
inline constexpr int max_nvlinks = 18;

/// The class of bandwidth of a PCIe path, in points: 10 over the link between the processors, 20 over that between
/// host bridges of one, 30 within a host bridge, 40 over several switches, 50 over one, 60 on one board.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
[[nodiscard]] GPUPACK_HD constexpr int link_score(pcie_path path) noexcept {
    return 10 * (1 + static_cast<int>(path));
}

/// The class of bandwidth between two GPUs, in points: that of the PCIe path, and 100 an NVLink.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
[[nodiscard]] GPUPACK_HD constexpr int link_score(const gpu_link& link) noexcept {
    return link_score(link.pcie) + 100 * link.nvlinks;
}

/// The most network adapters of a node, virtual functions counted in.
inline constexpr int max_nics = 256;

/// The most partitions that the NVSwitches of a node may form.
inline constexpr int max_partitions = 64;

} // namespace gpupack
