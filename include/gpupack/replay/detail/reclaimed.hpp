// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/quota_keeper.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/victims.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// The tasks to end so that a waiting one gets what its tenant is entitled to: those that make a place for it, where there is none,
/// then those that its quota takes.
///
/// @param cluster     as it is
/// @param running     all that run
/// @param facts       of the arrivals
/// @param quotas      who may be ended
/// @param rule        whom a place costs least; none: those who lose least
/// @param now         the time
/// @param number      of the waiting arrival
/// @param request     of each of its members, as it is placed
/// @param request_of  request_of(arrival): that of a running one
/// @return            slots, in the order in which they may be ended; empty where that does not help
template <class RequestOf>
[[nodiscard]] std::vector<std::size_t> choose_reclaimed(const cluster& cluster, const running_tasks& running,
                                                        const arrival_facts& facts, const quota_keeper& quotas,
                                                        victim_rule rule, std::int64_t now, std::size_t number,
                                                        const request& request, const RequestOf& request_of) {
    const workload::task& waiting = facts.task_of(number);
    if (!quotas.is_entitled(waiting)) return {};
    std::vector<std::size_t> victims;
    if (!has_room(cluster, request, waiting.members)) {
        const auto task_of = [&](std::size_t slot) -> const workload::task& {
            return facts.task_of(running[slot].arrival);
        };
        const auto info = [&](std::size_t slot) {
            return std::pair{quotas.may_end(task_of(slot), waiting), request_of(running[slot].arrival)};
        };
        const auto allow = [&](const std::vector<std::size_t>& chosen, std::size_t slot) {
            return quotas.may_end_after(chosen, task_of(slot), waiting, task_of);
        };
        const victim_rule cheapest = rule == victim_rule::none ? victim_rule::least_lost : rule;
        victims = victim_search{cluster, running, request, cheapest, now, info, allow}.find(waiting.members);
        if (victims.empty()) return {};
    }
    const auto all = quotas.complete(waiting, victims, running, [&](std::size_t arrival) -> const workload::task& {
        return facts.task_of(arrival);
    });
    return all.value_or(std::vector<std::size_t>{});
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
