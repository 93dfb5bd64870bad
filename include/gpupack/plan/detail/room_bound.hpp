// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placed_resources.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Says when a node cannot take a request however few tasks leave it, without trying them: by sums of what they hold.
class room_bound {
  public:
    /// @param cluster  where the tasks are
    /// @param tasks    whose placements are live
    /// @param request  what is to fit; must outlive the bound
    room_bound(const cluster& cluster, const std::vector<running_task>& tasks, const request& request)
        : request_{request} {
        held_.reserve(tasks.size());
        for (const running_task& each : tasks) {
            const placed_resources held = cluster.resources_of(each.place);
            const bool is_amount = held.share.way() == sharing::slices && held.share.rule().is_plain();
            held_.push_back({held.gpus, is_amount ? static_cast<std::int32_t>(held.share.compute().count()) : all,
                             held.cpu.count(), held.memory.count()});
        }
        const share& share = request.share;
        const bool in_amounts = share.way() == sharing::slices && share.rule().is_plain() && !share.is_split();
        compute_ = share.way() == sharing::exclusive ? all
                   : in_amounts                      ? static_cast<std::int32_t>(share.compute().count())
                                                     : 0;
    }

    /// Whether the request may fit once at most so many of the tasks have left the node; false only where it does not.
    ///
    /// @param node   as it is
    /// @param first  of the tasks that may leave, as indices
    /// @param last   behind the last of them
    /// @param most   of them that leave
    template <class Iterator>
    [[nodiscard]] bool may_fit(const node_view& node, Iterator first, Iterator last, int most) const {
        std::int64_t cpu = 0;
        std::int64_t memory = 0;
        int width = 1;
        for (Iterator task = first; task != last; ++task) {
            cpu = std::max(cpu, held_[*task].cpu);
            memory = std::max(memory, held_[*task].memory);
            width = std::max(width, held_[*task].gpus.size());
        }
        if (node.cpu_free().count() + cpu * most < request_.cpu.count()) return false;
        if (node.memory_free().count() + memory * most < request_.memory.count()) return false;
        return request_.gpus == 0 || compute_ == 0 || least_leaving(node, first, last) <= std::int64_t{most} * width;
    }

  private:
    struct task_hold {
        gpu_set gpus;
        std::int32_t compute; // of each GPU
        std::int64_t cpu;
        std::int64_t memory;
    };

    static constexpr std::int32_t all = std::numeric_limits<std::int16_t>::max(); // what a GPU has, or more
    static constexpr std::int64_t never = std::numeric_limits<std::int32_t>::max();

    /// How many times a task must leave a GPU, at least, until as many GPUs as the request asks for have enough.
    template <class Iterator>
    [[nodiscard]] std::int64_t least_leaving(const node_view& node, Iterator first, Iterator last) const {
        std::array<std::int64_t, max_gpus_per_node> leaving{};
        const int gpus = node.gpu_count();
        for (int i = 0; i < gpus; ++i) {
            const gpu_state state = node.gpu(i);
            std::int64_t most = 0;
            int tasks = 0;
            for (Iterator task = first; task != last; ++task) {
                if (!held_[*task].gpus.contains(i)) continue;
                most = std::max<std::int64_t>(most, held_[*task].compute);
                ++tasks;
            }
            leaving[static_cast<std::size_t>(i)] = gpu_leaving(state, most, tasks);
        }
        if (gpus < request_.gpus) return never;
        std::partial_sort(leaving.begin(), leaving.begin() + request_.gpus, leaving.begin() + gpus);
        std::int64_t sum = 0;
        for (int i = 0; i < request_.gpus; ++i) sum += leaving[static_cast<std::size_t>(i)];
        return sum;
    }
    /// The same of one GPU.
    ///
    /// @param most   compute that one of its tasks gives back
    /// @param tasks  on it, of those that may leave
    [[nodiscard]] std::int64_t gpu_leaving(const gpu_state& state, std::int64_t most, int tasks) const noexcept {
        if (state.sharers() == 0) return 0;
        if (compute_ == all || state.way != sharing::slices) return state.sharers() > tasks ? never : tasks;
        const std::int64_t lacking = compute_ - state.compute_free;
        if (lacking <= 0) return 0;
        return most == 0 ? never : (lacking + most - 1) / most;
    }

    const request& request_;
    std::int32_t compute_ = 0;    // of each GPU; 0: not looked at
    std::vector<task_hold> held_; // [tasks]
};

} // namespace gpupack::plan::detail
