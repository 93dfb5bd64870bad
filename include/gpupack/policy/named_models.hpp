// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/opportunity_value_table.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/scarcity_levels.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/model_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The sets of GPU models that expected tasks name, and what tasks want of each. A task that asks for more memory than
/// some models have names the others.
class named_models {
  public:
    /// @param expected  the tasks to come
    /// @param most      sets that are told apart: those of which most is wanted
    /// @param memories  of the models
    named_models(const task_mix& expected, std::size_t most, const gpu_memories& memories = {}) {
        for (const task_mix::entry& each : expected.entries()) {
            if (each.request.gpus == 0) continue;
            const bool by_memory = wants_gpu_memory(each.request);
            const std::int64_t part =
                by_memory ? memories.part_of(each.request) * each.request.gpus : each.request.total_compute().count();
            all_ += part * each.count;
            const model_set models = by_memory ? memories.large_enough(each.request) : each.request.models;
            if (models == model_set::any() || models.empty() || part == 0) continue;
            const auto known =
                std::find_if(sets_.begin(), sets_.end(), [&](const set& other) { return other.models == models; });
            if (known == sets_.end())
                sets_.push_back({models, part * each.count});
            else
                known->wanted += part * each.count;
        }
        std::stable_sort(sets_.begin(), sets_.end(), [](const set& a, const set& b) { return b.wanted < a.wanted; });
        if (sets_.size() > most) sets_.resize(most);
    }

    /// How many sets.
    [[nodiscard]] std::size_t size() const noexcept { return sets_.size(); }
    /// The models of a set.
    [[nodiscard]] model_set models(std::size_t index) const noexcept { return sets_[index].models; }

    /// GPUs of the set that tasks which name it would hold if all that arrive took as much compute as the cluster has, in
    /// parts of scarcity_level.
    [[nodiscard]] std::int64_t held_at_full_load(std::size_t index, const cluster& cluster) const noexcept {
        return cluster.compute().count() / 1000 * scarcity_level::parts * sets_[index].wanted /
               std::max<std::int64_t>(all_, 1);
    }

    /// The compute that is free on the nodes that have models of the set, in GPUs.
    [[nodiscard]] std::int64_t free_gpus(std::size_t index, const cluster& cluster) const noexcept {
        std::int64_t free = 0;
        for (std::size_t t = 0; t < cluster.types().size(); ++t)
            if (!(cluster.types()[t].models & sets_[index].models).empty())
                free += cluster.free_of_type(t).compute_free;
        return free / 1000;
    }

    friend bool operator==(const named_models&, const named_models&) = default;

  private:
    struct set {
        model_set models{};
        std::int64_t wanted = 0; // milli-GPUs, over the mix

        friend bool operator==(const set&, const set&) = default;
    };

    std::vector<set> sets_;
    std::int64_t all_ = 0; // milli-GPUs that all tasks want
};

} // namespace gpupack::policy
