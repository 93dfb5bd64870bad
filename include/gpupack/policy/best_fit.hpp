// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The machine by which the published baselines scale CPU and GPU: 128 cores and 8 GPUs.
struct reference_machine {
    milli_cpu cpu{128000};   ///< CPU.
    milli_gpu compute{8000}; ///< GPU compute.

    friend bool operator==(const reference_machine&, const reference_machine&) = default;
};

/// Prefers the node with the least CPU and GPU left over: 100 - 50 cpu_left / cpu - 50 gpu_left / gpu, where of a GPU its
/// compute or its memory counts, whichever is less free.
///
/// - Range: 0 to 100 on nodes up to the reference machine's size; a whole number, rounded towards 0.
/// - Source: the BestFit baseline of FGD's simulator (docs/sources.md#fgd). Its min-max normalisation
///   keeps this order, so it is left out.
struct best_fit {
    reference_machine machine{}; ///< The machine in parts of which CPU and GPU compute are counted.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        const score cpu_left = (node.cpu_free() - request.cpu).count();
        const score compute_left = (node.part_free() - part_wanted(node, request)).count();
        const score cpu = machine.cpu.count();
        const score compute = machine.compute.count();
        return (100 * cpu * compute - 50 * cpu_left * compute - 50 * compute_left * cpu) / (cpu * compute);
    }
    friend bool operator==(const best_fit&, const best_fit&) = default;
};

} // namespace gpupack::policy
