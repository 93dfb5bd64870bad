// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers nodes that run tasks of the same GPU affinity: shares of a GPU together, tasks of one whole GPU
/// together, of two, of four, and so on.
///
/// - Score: 75 where every GPU task on the node has the affinity, 50 where some have, 25 on a node without GPU tasks,
///   0 among others; plus 25 (8000 - part_free) / 8000, rounded towards 0; 0 for a request without GPUs.
/// - Source: the GpuClustering baseline of FGD's simulator (docs/sources.md#fgd).
struct gpu_clustering {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        if (request.gpus == 0) return 0;
        const std::uint64_t same = affinity(request.share.way(), request.gpus);
        std::uint64_t present = 0;
        for (int i = 0; i < node.gpu_count(); ++i)
            if (node.gpu(i).sharers() > 0) present |= affinity(node.gpu(i).way, node.gpu(i).width());
        const score band = present == same ? 75 : (present & same) != 0 ? 50 : present == 0 ? 25 : 0;
        return band + 25 * (8000 - node.part_free().count()) / 8000;
    }

    friend bool operator==(const gpu_clustering&, const gpu_clustering&) = default;

  private:
    /// One bit an affinity: bit 0 for shares, bit k for k whole GPUs.
    [[nodiscard]] GPUPACK_HD static constexpr std::uint64_t affinity(sharing way, int gpus) noexcept {
        return std::uint64_t{1} << (way == sharing::exclusive ? gpus : 0);
    }
};

} // namespace gpupack::policy
