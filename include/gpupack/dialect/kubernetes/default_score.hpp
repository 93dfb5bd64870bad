// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers nodes whose CPU and memory are in use to the same part once the request is placed.
///
/// Score: 100 (1 - |u_cpu - u_memory| / 2), u being the part in use; 100 where the node lacks one of the two.
/// Rounding: each part down at 10^-9, the score down to a whole point.
/// Source: kube-scheduler's NodeResourcesBalancedAllocation (docs/sources.md#kube-scheduler).
struct kubernetes_balanced {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                        const request& request) const noexcept {
        constexpr policy::score billion = 1'000'000'000;
        const node_type& type = node.type();
        if (type.by_cpu.number() == 0 || type.by_memory.number() == 0) return 100;
        const policy::score cpu = type.by_cpu.quotient((node.cpu() - node.cpu_free() + request.cpu).count() * billion);
        const policy::score memory =
            type.by_memory.quotient((node.memory() - node.memory_free() + request.memory).count() * billion);
        const policy::score apart = cpu < memory ? memory - cpu : cpu - memory;
        return (2 * billion - apart) * 50 / billion;
    }
    friend bool operator==(const kubernetes_balanced&, const kubernetes_balanced&) = default;
};

/// The node as Kubernetes picks it by default: LeastAllocated over CPU and memory plus BalancedAllocation, weight 1
/// each. GPUs count in neither.
///
/// Score: 0 to 200.
/// Ties: lower node; kube-scheduler draws one.
/// Source: kube-scheduler's default plugins (docs/sources.md#kube-scheduler).
struct kubernetes_default {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                        const request& request) const noexcept {
        return policy::spread{{1, 1, 0}}(node, request) + kubernetes_balanced{}(node, request);
    }
    friend bool operator==(const kubernetes_default&, const kubernetes_default&) = default;
};

static_assert(policy::scorer<kubernetes_balanced> && policy::scorer<kubernetes_default>);

} // namespace gpupack::dialect
