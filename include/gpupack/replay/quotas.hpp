// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/quota_book.hpp>
#include <gpupack/plan/tenant_quota.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/topology/node_type.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The quotas of a replay, and what tenants do with them.
///
/// A task that its quota does not admit stands aside: it holds up nobody and reserves nothing, and comes back to its place in the
/// line when its quota admits it. Where tasks reserve places, it must be admitted beside those before it who have reserved one,
/// and a reservation holds the quota with the place: nobody starts with it who would still run when the reservation begins.
/// A task that may reclaim what it lacks does not stand aside.
///
/// Source: Slurm's backfill passes over jobs that a limit of their association holds (docs/sources.md#quotas).
struct quotas {
    /// Whose tasks may use how much, with nothing used. Tasks of a tenant that it does not know share the quotas of the tenant
    /// `*`; where there is none of that name, nothing limits them.
    plan::quota_book book;
    /// Whether a task of a tenant that stays within its nominal quota ends tasks of those who have borrowed it. What becomes of
    /// these is discipline::eviction. Under queue_rule::overtake every task does that waits, else the first in line.
    bool reclaims = false;
    /// Whether those go first who borrow the least part of what there is to borrow, by their weights; then the queue decides.
    bool by_share = false;
};

/// The name of the tenant whose quotas all share that have none of their own.
inline constexpr std::string_view any_tenant = "*";

/// The part of GPUs that a request takes, over all of them; of memory, a part of the cluster's first GPU.
[[nodiscard]] inline milli_gpu gpu_part_of(const request& request, const cluster& cluster) {
    for (const node_type& type : cluster.types())
        if (type.gpu_count > 0) return milli_gpu{std::int64_t{part_of(request.share, type.gpus[0])} * request.gpus};
    return request.total_compute();
}

/// What a task counts for in a quota: what all its members ask for, and not what a rule rounds it up to.
[[nodiscard]] inline plan::quota_amounts quota_amounts_of(const workload::task& task, const cluster& cluster) {
    return {std::max(gpu_part_of(task.request, cluster), milli_gpu{}) * task.members, task.request.cpu * task.members,
            task.request.memory * task.members};
}

} // namespace gpupack::inline GPUPACK_ABI::replay
