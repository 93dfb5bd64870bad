// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/detail/repartition_search.hpp>
#include <gpupack/plan/repartition_plan.hpp>
#include <gpupack/plan/standing_instances.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// How GPUs should be cut anew by MIG, so that idle instances serve most of what is expected, with the least destruction;
/// nothing is done.
///
/// What idle instances are worth is value_of_instances(). Of the plans that make it most, the one that costs least is taken,
/// of those the one that destroys fewest instances, then the one that creates fewest. An instance whose destroy_cost is
/// running_task::never stays where it is.
/// The steps name the start of each instance. On each GPU, what is destroyed comes before what is created, so each step is
/// possible after those before it.
/// Cost: the geometries of each kind of GPU, and a look at each of them for each number of idle instances so far, within the
/// budget; allocates.
///
/// @param gpus    as they stand: standing_gpus() of a cluster, with the costs of destroying
/// @param goals   what instances are worth: instance_goals_of() a mix or a queue
/// @param limits  how much may be done
/// @return        the plan; without steps where nothing is gained
[[nodiscard]] inline repartition_plan repartition(const std::vector<standing_gpu>& gpus,
                                                  const std::vector<instance_goal>& goals,
                                                  const repartition_limits& limits = {}) {
    for (const instance_goal& goal : goals)
        GPUPACK_EXPECTS(goal.number >= 0 && goal.number <= INT32_MAX && goal.weight > 0, "a number and a weight");
    for (const standing_gpu& gpu : gpus) {
        GPUPACK_EXPECTS(gpu.table != nullptr && gpu.table->lock == 0, "a MIG table");
        std::uint64_t occupied = 0;
        for (const standing_instance& each : gpu.instances) {
            GPUPACK_EXPECTS(each.destroy_cost >= 0, "costs that are not negative");
            GPUPACK_EXPECTS(each.slot < gpu.table->slot_count && gpu.table->is_free(each.slot, occupied),
                            "instances that stand apart");
            occupied |= gpu.table->slots[each.slot].taken;
        }
    }
    return detail::repartition_search{gpus, goals, limits}.search();
}

} // namespace gpupack::plan
