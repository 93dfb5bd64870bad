// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/plan/standing_instances.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/profile_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// How many idle MIG instances of some profiles there should be, and what each is worth.
struct instance_goal {
    profile_set
        profiles{}; ///< Of the cluster's model_table. An instance counts for the first goal that lists its profile.
    std::int64_t number = 1; ///< Instances; more are worth nothing.
    std::int64_t weight = 1; ///< Of each instance up to that number, above 0.
};

/// How much may be done to cut GPUs anew.
struct repartition_limits {
    std::int64_t cost = running_task::never; ///< What destroying may cost together.
    std::int64_t budget = 1'000'000;         ///< Geometries and combinations that may be tried.
};

/// One action of the driver.
struct instance_step {
    /// What is done.
    enum class action : std::uint8_t { destroy, create };

    action kind = action::create; ///< What is done.
    std::size_t gpu = 0;          ///< An index into the GPUs.
    int slot = 0;                 ///< Of the GPU's table.

    friend bool operator==(const instance_step&, const instance_step&) = default;
};

/// How GPUs are cut anew: actions that the driver can do one after the other.
struct repartition_plan {
    std::vector<instance_step> steps{}; ///< GPU by GPU; on each, what is destroyed, then what is created, by start.
    std::int64_t start = 0;             ///< What the idle instances are worth now; see value_of_instances().
    std::int64_t gain = 0;              ///< What they are worth at the end, beyond that.
    std::int64_t cost = 0;              ///< Of all that is destroyed.
    int destroyed = 0;                  ///< Instances.
    int created = 0;                    ///< Instances.
    std::int64_t most_gain = 0;         ///< No plan within the limits gains more.
    bool best = false;                  ///< Whether none gains more, or as much at less cost.
};

/// The goal that an instance counts for, if there is one: an index into the goals.
[[nodiscard]] inline std::optional<std::size_t> goal_of(const std::vector<instance_goal>& goals,
                                                        const partition_table& table, int slot) {
    for (std::size_t g = 0; g < goals.size(); ++g)
        if ((table.among(goals[g].profiles) >> table.slots[slot].profile & 1U) != 0) return g;
    return std::nullopt;
}

/// What the idle instances are worth: over all goals, the weight times the idle instances that count for it, up to the number.
[[nodiscard]] inline std::int64_t value_of_instances(const std::vector<standing_gpu>& gpus,
                                                     const std::vector<instance_goal>& goals) {
    std::vector<std::int64_t> idle(goals.size(), 0);
    for (const standing_gpu& gpu : gpus)
        for (const standing_instance& each : gpu.instances)
            if (const auto goal = goal_of(goals, *gpu.table, each.slot); goal && !each.busy) ++idle[*goal];
    std::int64_t value = 0;
    for (std::size_t g = 0; g < goals.size(); ++g) value += goals[g].weight * std::min(idle[g], goals[g].number);
    return value;
}

/// Does one step of a plan on a description of the GPUs.
///
/// @return  false where it cannot be done: what is to be destroyed does not stand or must stay, or the slot is not free
[[nodiscard]] inline bool apply(std::vector<standing_gpu>& gpus, const instance_step& step) {
    standing_gpu& gpu = gpus[step.gpu];
    const auto standing = gpu.find(step.slot);
    if (step.kind == instance_step::action::destroy) {
        if (standing == gpu.instances.end() || standing->destroy_cost == running_task::never) return false;
        gpu.instances.erase(standing);
        return true;
    }
    if (!gpu.table->is_free(step.slot, gpu.occupied())) return false;
    gpu.instances.push_back({.slot = step.slot});
    return true;
}

/// The goals of an expected mix: idle instances for so many of its tasks, shared out over its requests for MIG instances by how
/// often they come, rounded up. Of the profiles of one model that will do, the first counts. An instance is worth its milli-GPUs.
///
/// @param models    of the cluster
/// @param expected  what comes, or what waits
/// @param tasks     for how many of them there should be instances
[[nodiscard]] inline std::vector<instance_goal> instance_goals_of(const model_table& models, const task_mix& expected,
                                                                  std::int64_t tasks) {
    std::vector<instance_goal> goals;
    for (const task_mix::entry& each : expected.entries()) {
        if (each.request.gpus == 0 || each.request.share.way() != sharing::mig) continue;
        profile_set first;
        for (std::size_t m = 0; m < models.size(); ++m) {
            const auto& table = models.tables_of(model_id{static_cast<std::uint8_t>(m)}).mig;
            const std::uint32_t profiles = table ? table->among(each.request.share.profiles()) : 0;
            if (profiles != 0) first.insert(table->first_id + lowest_bit(profiles));
        }
        const std::int64_t number = (each.count * tasks + expected.total() - 1) / expected.total() * each.request.gpus;
        const auto same =
            std::find_if(goals.begin(), goals.end(), [&](const instance_goal& goal) { return goal.profiles == first; });
        if (same != goals.end())
            same->number += number;
        else
            goals.push_back({first, number, std::max<std::int64_t>(1, each.request.share.compute().count())});
    }
    return goals;
}

} // namespace gpupack::plan
