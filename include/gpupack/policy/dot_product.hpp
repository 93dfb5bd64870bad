// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers the node whose free CPU and GPU align least with what is asked: 100 (1 - (c C + g G) / 2), where c and g
/// are asked, C and G are free, each as a part of the reference machine's. Of a GPU its compute or its memory counts,
/// whichever is less free.
///
/// - Range: 0 to 100 on nodes up to the reference machine's size; a whole number, rounded down.
/// - Source: the DotProd baseline of FGD's simulator with merged GPU dimensions, after Tetris (docs/sources.md#fgd,
///   #tetris). Tetris prefers the largest product; the baseline the smallest.
struct dot_product {
    reference_machine machine{}; ///< The machine in parts of which demand and free resources are counted.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        // A common denominator: both parts in units of one (reference CPU)^2, exact where CPU is a whole multiple
        // of compute, as it is by default (128000 = 16 * 8000).
        const score cpu = machine.cpu.count();
        const score ratio = cpu / machine.compute.count();
        const score product = request.cpu.count() * node.cpu_free().count() +
                              ratio * ratio * part_wanted(node, request).count() * node.part_free().count();
        const score unit = cpu * cpu;
        // 50 product / unit, rounded up, without leaving 64 bits.
        return 100 - 50 * (product / unit) - (50 * (product % unit) + unit - 1) / unit;
    }
    friend bool operator==(const dot_product&, const dot_product&) = default;
};

} // namespace gpupack::policy
