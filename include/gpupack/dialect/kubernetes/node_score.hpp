// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/assumed_requests.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The node as Kubernetes picks it by default, tasks that ask for no CPU or no memory counted as there: kubernetes_default, of
/// which LeastAllocated counts assumed_requests and BalancedAllocation what is asked for.
///
/// Score: 0 to 200.
/// Ties: lower node; kube-scheduler draws one.
/// Source: kube-scheduler's default plugins (docs/sources.md#kube-scheduler).
struct kubernetes_node {
    kubernetes_release release = kubernetes_release::since_1_36; ///< Whose rules they are.

    /// As those of assumed_requests.
    static constexpr policy::policy_properties properties = assumed_requests<policy::spread>::properties;

    /// The scorer of one decision.
    struct scorer {
        assumed_requests<policy::spread>::scorer fit; ///< LeastAllocated.
        kubernetes_balanced balanced;                 ///< BalancedAllocation.

        [[nodiscard]] policy::score operator()(const node_view& node, const request& request) const {
            return fit(node, request) + balanced(node, request);
        }
    };

    /// The scorer of one decision, which reads the cluster as it is then.
    [[nodiscard]] scorer prepare(const policy::decision& decision) const {
        return {assumed_requests<policy::spread>{{{1, 1, 0}}}.prepare(decision), kubernetes_balanced{release}};
    }

    friend bool operator==(const kubernetes_node&, const kubernetes_node&) = default;
};

static_assert(policy::policy<kubernetes_node>);

} // namespace gpupack::dialect
