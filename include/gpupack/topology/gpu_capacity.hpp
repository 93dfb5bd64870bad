// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/label_set.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// What one GPU of a node can give in all, and in which ways: the flat form of a gpu_model and a gpu_setup.
struct gpu_capacity {
    std::int32_t memory = 0;               ///< MiB for slices, reserve and oversubscription counted in.
    std::int16_t compute = 1000;           ///< Milli-GPUs for slices, oversubscription counted in.
    std::uint16_t max_sharers = 255;       ///< Tasks in slices.
    sharing only = sharing::idle;          ///< The only way in which it may be shared; idle: any.
    std::uint8_t mig_number = 0;           ///< Number of its MIG table, in the order of cluster::mig_tables().
    std::uint8_t numa = 0;                 ///< The NUMA node that it hangs on.
    label_set labels{};                    ///< Its own and its node's.
    const partition_table* mig = nullptr;  ///< How MIG divides it; null where it cannot.
    const partition_table* vgpu = nullptr; ///< How it is divided into vGPUs; null where it cannot be.

    /// The table of a way that hands out profiles; null where the GPU has none.
    [[nodiscard]] GPUPACK_HD constexpr const partition_table* table(sharing way) const noexcept {
        return way == sharing::mig ? mig : vgpu;
    }

    /// Calls visit(pointer, count) for each table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(mig, std::size_t{mig != nullptr});
        visit(vgpu, std::size_t{vgpu != nullptr});
    }

    GPUPACK_HD friend constexpr bool operator==(const gpu_capacity& a, const gpu_capacity& b) noexcept {
        return a.memory == b.memory && a.compute == b.compute && a.max_sharers == b.max_sharers && a.only == b.only &&
               a.numa == b.numa && a.labels == b.labels && a.mig == b.mig && a.vgpu == b.vgpu;
    }
};

} // namespace gpupack
