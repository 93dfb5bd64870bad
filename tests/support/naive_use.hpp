// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/request/task_mix.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

/// The expected use of a node as its definition says it: one offer after another, every price and outlook, every
/// amount from nothing to a whole GPU. Slow and obvious; the oracle of opportunity_value_table.
class naive_use {
  public:
    static constexpr std::int64_t unit = gpupack::policy::opportunity_value_view::unit;

    naive_use(const gpupack::task_mix& expected, int offers, gpupack::mebibytes gpu_memory)
        : offers_{offers}, memory_{gpu_memory.count()} {
        for (const auto& each : expected.entries()) {
            if (each.request.gpus == 0) continue;
            const bool slice = each.request.share.way() != gpupack::sharing::exclusive;
            const std::int64_t memory = slice ? each.request.share.memory_of(static_cast<std::int32_t>(memory_)) : 0;
            by_memory_ = by_memory_ || memory > 0;
            const std::int64_t part = std::min<std::int64_t>(1000, (memory * 1000 + memory_ - 1) / memory_);
            task asks{std::max(each.request.share.compute().count(), part),
                      each.request.cpu.count() / each.request.gpus, each.request.models,
                      each.count * each.request.gpus};
            if (asks.compute == 0) continue;
            compute_ += asks.compute * asks.count;
            cpu_ += asks.cpu * asks.count;
            total_ += asks.count;
            tasks_.push_back(asks);
        }
    }

    [[nodiscard]] std::int64_t use(const gpupack::node_view& node) {
        int turns = 1;
        while (turns < node.gpu_count()) turns *= 2;
        const int offers = std::max(1, offers_ / turns);
        std::int64_t sum = 0;
        for (const std::int64_t outlook : {7, 14, 28, 56, 112}) {
            std::int64_t least = INT64_MAX;
            for (int p = 0; p < gpupack::policy::opportunity_value_view::prices; ++p) {
                std::int64_t bound = price(p) * outlook / 40 * node.cpu_free().count();
                for (int i = 0; i < node.gpu_count(); ++i)
                    bound += of_gpu(offers, p, free(node.gpu(i), node.capacity(i)), node.gpu_model(i));
                least = std::min(least, bound);
            }
            sum += least;
        }
        return sum;
    }

  private:
    struct task {
        std::int64_t compute, cpu;
        gpupack::model_set models;
        std::int64_t count;
    };

    [[nodiscard]] std::int64_t free(const gpupack::gpu_state& gpu, const gpupack::gpu_capacity& of) const {
        const bool open = gpupack::in_profiles(gpu.way) || gpupack::takes_slices(gpu);
        if (gpu.closed || !open) return 0;
        std::int64_t free = gpu.compute_free;
        if (by_memory_ && of.memory > 0)
            free = std::min(free, std::int64_t{gpu.memory_free} * 1000 / std::int64_t{of.memory});
        return std::clamp<std::int64_t>(free, 0, 1000);
    }

    /// What a milli-core costs: nothing, then from 6 % of what tasks make of one up to twice that.
    [[nodiscard]] std::int64_t price(int p) const {
        if (p == 0 || cpu_ == 0) return 0;
        std::int64_t price = 2 * unit * compute_ / cpu_;
        for (int i = gpupack::policy::opportunity_value_view::prices - 1; i > p; --i) price = price * 11 / 20;
        return price;
    }

    std::int64_t of_gpu(int offers, int p, std::int64_t free, gpupack::model_id model) {
        if (offers == 0) return 0;
        const auto known = memo_.find({offers, p, free, model.number()});
        if (known != memo_.end()) return known->second;
        const std::int64_t now = of_gpu(offers - 1, p, free, model);
        std::int64_t gained = 0;
        for (const task& each : tasks_) {
            if (!each.models.contains(model) || each.compute > free) continue;
            const std::int64_t worth = each.compute * unit - price(p) * each.cpu;
            const std::int64_t gain = worth + of_gpu(offers - 1, p, free - each.compute, model) - now;
            gained += std::max<std::int64_t>(0, gain) * each.count;
        }
        return memo_[{offers, p, free, model.number()}] = now + gained / (total_ + 1);
    }

    int offers_;
    std::int64_t memory_;
    bool by_memory_ = false;
    std::vector<task> tasks_;
    std::int64_t compute_ = 0;
    std::int64_t cpu_ = 0;
    std::int64_t total_ = 0;
    std::map<std::tuple<int, int, std::int64_t, std::uint32_t>, std::int64_t> memo_;
};
