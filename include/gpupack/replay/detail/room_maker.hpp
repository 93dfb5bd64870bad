// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/make_gang_room.hpp>
#include <gpupack/plan/make_room.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Makes room for a task or a gang by moving others that run, those of gangs left where they are. All steps of a plan are
/// feasible one after the other, so nobody is ever without a place.
///
/// @tparam Scheduler  places the tasks
/// @tparam Listener   hears of each move: moved(arrival, before, after), while both places are held
template <class Scheduler, class Listener> class room_maker {
  public:
    room_maker(Scheduler& scheduler, running_tasks& running, const arrival_facts& facts, Listener& listener, int moves)
        : scheduler_{scheduler}, running_{running}, facts_{facts}, listener_{listener}, moves_{moves} {
        for (std::uint32_t n = 0; n < scheduler.cluster().size(); ++n)
            if (scheduler.cluster().node_at(n).gpu_count() > 0)
                cpu_ += scheduler.cluster().node_at(n).type().cpu.count();
    }

    /// Places a task, or all members of a gang, after moving as few milli-GPUs as that takes.
    ///
    /// @param task   as it asks
    /// @param freed  gets the nodes from which tasks have moved
    /// @return       its placements; none where it is not possible or not worth it, and nothing has moved
    [[nodiscard]] std::vector<placement> make_room(const workload::task& task, std::vector<std::uint32_t>& freed) {
        const request placed = effective_request(scheduler_.rule(), task.request);
        if (moves_ == 0 || placed.gpus == 0 || !is_worth_it(placed)) return {};
        collect();
        const plan::room_limits limits{.ends = 0, .moves = moves_};
        if (task.members <= 1) {
            const auto plan = plan::make_room(scheduler_.cluster(), scheduler_.policy(), placed, tasks_, limits);
            return plan ? carry_out(*plan, task, freed) : std::vector<placement>{};
        }
        const gang gang{.parts = {{placed, task.members}}};
        const auto plan = plan::make_room(scheduler_.cluster(), scheduler_.policy(), gang, tasks_, limits);
        return plan ? carry_out(*plan, task, freed) : std::vector<placement>{};
    }

  private:
    /// Where a smaller part of the CPU is free than of the GPUs, room is made only for tasks that ask for no greater part of
    /// all CPU than of all GPUs: others would leave GPUs behind that nobody has CPU for.
    [[nodiscard]] bool is_worth_it(const request& request) const {
        const cluster& cluster = scheduler_.cluster();
        const auto gpus = static_cast<double>(cluster.compute().count());
        const auto cpu = static_cast<double>(cpu_);
        double cpu_free = 0;
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (cluster.node_at(n).gpu_count() > 0)
                cpu_free += static_cast<double>(cluster.node_at(n).cpu_free().count());
        if (cpu_free * gpus >= static_cast<double>(cluster.compute_free().count()) * cpu) return true;
        return static_cast<double>(request.cpu.count()) * gpus <=
               static_cast<double>(request.total_compute().count()) * cpu;
    }

    void collect() {
        tasks_.clear();
        slots_.clear();
        for (std::size_t slot = 0; slot < running_.slots(); ++slot) {
            if (running_[slot].members.size() != 1) continue;
            const request placed = effective_request(scheduler_.rule(), facts_.task_of(running_[slot].arrival).request);
            tasks_.push_back({.place = running_[slot].members.front(), .request = placed});
            tasks_.back().move_cost = 1 + placed.total_compute().count();
            slots_.push_back(slot);
        }
    }
    /// Does all steps of a plan, which holds for the cluster as it is.
    [[nodiscard]] std::vector<placement> carry_out(const plan::room_plan& plan, const workload::task& task,
                                                   std::vector<std::uint32_t>& freed) {
        std::vector<placement> members(static_cast<std::size_t>(std::max(task.members, 1)));
        for (const plan::room_step& step : plan.steps) {
            if (step.kind == plan::room_step::action::move)
                move(slots_[step.task], step.target, freed);
            else
                members[task.members > 1 ? step.task : 0] = scheduler_.take(step.target, task.request);
        }
        return members;
    }
    void move(std::size_t slot, const selection& target, std::vector<std::uint32_t>& freed) {
        const std::size_t arrival = running_[slot].arrival;
        const placement before = running_[slot].members.front();
        const placement after = scheduler_.take(target, facts_.task_of(arrival).request);
        listener_.moved(arrival, before, after);
        scheduler_.release(before);
        listener_.released({before});
        running_.move(slot, after);
        freed.push_back(before.node.number());
    }

    Scheduler& scheduler_;
    running_tasks& running_;
    const arrival_facts& facts_;
    Listener& listener_;
    int moves_;
    std::int64_t cpu_ = 0; // of all nodes with GPUs
    std::vector<plan::running_task> tasks_;
    std::vector<std::size_t> slots_; // [tasks_]
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
