// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Which release of Kubernetes is imitated, where they differ.
enum class kubernetes_release : std::uint8_t {
    since_1_36, ///< BalancedAllocation compares the balance with the pod and without it. Checked against 1.37.2.
    before_1_36 ///< BalancedAllocation is the balance with the pod. Checked against 1.35.6.
};

/// Prefers nodes whose CPU and memory are in use to the same part once the request is placed; since 1.36, those whose balance
/// the request improves.
///
/// Score: b = 100 (1 - |u_cpu - u_memory| / 2), u being the part in use; 100 where the node lacks one of the two. Since 1.36
/// 50 + (50 + b with the request - b without it) / 2; 0 for a request for none of what counts, which the plugin skips.
/// Rounding: each part down at 10^-9, each b and the score down to a whole point.
/// Source: kube-scheduler's NodeResourcesBalancedAllocation (docs/sources.md#kube-scheduler).
struct kubernetes_balanced {
    kubernetes_release release = kubernetes_release::since_1_36; ///< Whose rule it is.
    /// Whether GPUs count, too, for requests for GPUs: then the deviation of three parts from their mean counts.
    bool with_gpus = false;

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        const policy::score balance_after =
            balance(node, request, request.cpu, request.memory, request.total_compute());
        if (release == kubernetes_release::before_1_36) return balance_after;
        if (request.cpu.count() == 0 && request.memory.count() == 0 && !(with_gpus && request.gpus > 0)) return 0;
        return 50 + (50 + balance_after - balance(node, request, milli_cpu{}, mebibytes{}, milli_gpu{})) / 2;
    }
    friend bool operator==(const kubernetes_balanced&, const kubernetes_balanced&) = default;

  private:
    /// How evenly CPU and memory are in use with that much more of both.
    [[nodiscard]] GPUPACK_HD constexpr policy::score balance(const node_view& node, const request& request,
                                                             milli_cpu more_cpu, mebibytes more_memory,
                                                             milli_gpu more_compute) const noexcept {
        constexpr policy::score billion = 1'000'000'000;
        const node_type& type = node.type();
        if (type.by_cpu.number() == 0 || type.by_memory.number() == 0) return 100;
        const policy::score cpu = type.by_cpu.quotient((node.cpu() - node.cpu_free() + more_cpu).count() * billion);
        const policy::score memory =
            type.by_memory.quotient((node.memory() - node.memory_free() + more_memory).count() * billion);
        if (with_gpus && request.gpus > 0 && type.by_compute.number() > 0) {
            const auto used = (node.compute() - node.compute_free() + more_compute).count();
            return deviation_of_three(cpu, memory, type.by_compute.quotient(used * billion));
        }
        const policy::score apart = cpu < memory ? memory - cpu : cpu - memory;
        return (2 * billion - apart) * 50 / billion;
    }

    /// 100 less the standard deviation of three parts in percent, rounded down.
    [[nodiscard]] GPUPACK_HD static constexpr policy::score deviation_of_three(policy::score a, policy::score b,
                                                                               policy::score c) noexcept {
        // 9 times the variance is (2 (a^2 + b^2 + c^2) - 2 (ab + bc + ca)), in units of 10^-18; that of 100 (1 - deviation)
        // is found by comparing squares: the largest whole p with 100 deviation <= 100 - p.
        constexpr policy::score unit = 100'000; // 10^-5 is fine enough: squares stay below 2^63
        constexpr policy::score per_unit = 1'000'000'000 / unit;
        const policy::score x = a / per_unit;
        const policy::score y = b / per_unit;
        const policy::score z = c / per_unit;
        const policy::score nine_variances = 2 * (x * x + y * y + z * z - x * y - y * z - z * x);
        policy::score points = 100;
        while (points > 0) {
            const policy::score deviation = 3 * (100 - points) * (unit / 100);
            if (nine_variances <= deviation * deviation) break;
            --points;
        }
        return points;
    }
};

/// The node as Kubernetes picks it by default: LeastAllocated over CPU and memory plus BalancedAllocation, weight 1
/// each. GPUs count in neither. Only what is asked for counts, which needs no more than the node: kubernetes_node also counts the
/// tasks that ask for nothing.
///
/// Score: 0 to 200.
/// Ties: lower node; kube-scheduler draws one.
/// Source: kube-scheduler's default plugins (docs/sources.md#kube-scheduler).
struct kubernetes_default {
    kubernetes_release release = kubernetes_release::since_1_36; ///< Whose rules they are.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        return policy::spread{{1, 1, 0}}(node, request) + kubernetes_balanced{release}(node, request);
    }
    friend bool operator==(const kubernetes_default&, const kubernetes_default&) = default;
};

static_assert(policy::scorer<kubernetes_balanced> && policy::scorer<kubernetes_default>);

} // namespace gpupack::dialect
