// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers the node with the most CPU and GPU left over, a milli-GPU weighing as much as 100 milli-cores. Of a GPU
/// its compute or its memory counts, whichever is less free.
///
/// - Source: the WorstFit baseline of FGD's simulator, which min-max normalises it to 0 ... 100
///   (docs/sources.md#fgd).
struct worst_fit {
    score cpu_weight = 1;       ///< How much a free core counts.
    score compute_weight = 100; ///< How much free GPU compute counts.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        return cpu_weight * (node.cpu_free() - request.cpu).count() +
               compute_weight * (node.part_free() - part_wanted(node, request)).count();
    }
    friend bool operator==(const worst_fit&, const worst_fit&) = default;
};

} // namespace gpupack::policy
