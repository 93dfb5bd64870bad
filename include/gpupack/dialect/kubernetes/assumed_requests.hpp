// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/requestless.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What kube-scheduler counts for a container that asks for no CPU.
inline constexpr milli_cpu assumed_cpu{100};
/// What kube-scheduler counts for a container that asks for no memory.
inline constexpr mebibytes assumed_memory{200};

/// Scores as the plugin NodeResourcesFit does: a task that asks for no CPU counts as 100 milli-cores, one that asks for no memory as
/// 200 MiB, whether it is to be placed or runs there. Fit is not concerned.
///
/// The cluster counts such tasks (cluster::requestless_on), so that no placement is looked at. Where a plan tries placements on a copy
/// of a node, those that the cluster has are counted.
///
/// Score: that of the scorer, for what counts. What counts is never more than the node has.
/// Source: kube-scheduler's resource_allocation and GetNonzeroRequests (docs/sources.md#kube-scheduler).
///
/// @tparam Scorer  a scorer of nodes by what is in use with the request, such as policy::spread, policy::binpack or kubernetes_capacity_ratio
template <policy::node_scorer Scorer> struct assumed_requests {
    Scorer counted; ///< What scores a node.

    /// A score depends on a node's tasks, which its number leads to; kernels have no such counts.
    static constexpr policy::policy_properties properties{.node_id_sensitive = true, .host_only = true};

    /// The scorer of one decision.
    struct scorer {
        Scorer counted;                 ///< What scores a node.
        const cluster* nodes = nullptr; ///< Whose placements count; none where all of them hold CPU and memory.

        [[nodiscard]] auto operator()(const node_view& node, const request& request) const {
            if (nodes == nullptr && request.cpu.count() > 0 && request.memory.count() > 0)
                return counted(node, request);
            const bool counts = nodes != nullptr && nodes->contains(node.id());
            requestless all = counts ? nodes->requestless_on(node.id()) : requestless{};
            all.count(request.cpu, request.memory, 1); // the request is one of them: no copy of it is needed
            node_state state = node.state();
            state.cpu_free = left(state.cpu_free, all.cpu * assumed_cpu.count(), request.cpu.count());
            state.memory_free = left(state.memory_free, all.memory * assumed_memory.count(), request.memory.count());
            return counted(node.seen_as(state), request);
        }

      private:
        /// What is left of it beside the tasks that ask for nothing, and no less than is asked for.
        [[nodiscard]] static std::int32_t left(std::int32_t free, std::int64_t more, std::int64_t demand) noexcept {
            return static_cast<std::int32_t>(free - more < demand ? demand : free - more);
        }
    };

    /// The scorer of one decision, which reads the cluster as it is then.
    [[nodiscard]] scorer prepare(const policy::decision& decision) const {
        return {counted, decision.cluster.requestless().any() ? &decision.cluster : nullptr};
    }

    friend bool operator==(const assumed_requests&, const assumed_requests&) = default;
};

static_assert(policy::policy<assumed_requests<policy::spread>>);

} // namespace gpupack::dialect
