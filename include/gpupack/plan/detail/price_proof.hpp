// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/node_grid.hpp>
#include <gpupack/plan/detail/node_knapsack.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// What prices prove, in integers: the income of all tasks that arrived at their prices, and what the nodes are worth at
/// most to whoever has to pay them.
class price_proof {
  public:
    /// @param model  must outlive the proof
    explicit price_proof(const packing_model& model) : model_{model}, grid_{model}, paid_(model.classes.size()) {}

    /// The most that a packing of the tasks counts for, in milli-GPUs or units of size.
    ///
    /// @param prices  none below 0
    [[nodiscard]] std::int64_t bound(const packing_prices& prices) {
        std::int64_t sum = 0;
        for (std::size_t c = 0; c < model_.classes.size(); ++c) sum += prices.task[c] * model_.classes[c].count;
        for (std::size_t t = 0; t < model_.types.size(); ++t) sum += model_.types[t].nodes * node_worth(t, prices);
        return sum / model_.scale; // what counts is an integer, so the remainder is nothing
    }

  private:
    /// The least of three bounds on a node's worth: with both host resources paid for; with CPU counted and memory paid
    /// for; with memory counted and CPU paid for.
    [[nodiscard]] std::int64_t node_worth(std::size_t t, const packing_prices& prices) {
        const packed_node_type& type = model_.types[t];
        const std::int64_t cpu = prices.cpu[t];
        const std::int64_t memory = prices.memory[t];
        const auto worth = [this](const packed_item& each) { return worth_of(each); };
        set_paid(type, prices, cpu, memory);
        const std::int64_t both_paid = knapsack_.solve(type, worth) + cpu * type.cpu + memory * type.memory;
        if (cpu == 0 && memory == 0 && last_fits(type)) return both_paid; // and so is exact
        set_paid(type, prices, 0, memory);
        const std::int64_t cpu_counted =
            grid_.solve(type, &packed_class::cpu, &packed_node_type::cpu, worth) + memory * type.memory;
        set_paid(type, prices, cpu, 0);
        const std::int64_t memory_counted =
            grid_.solve(type, &packed_class::memory, &packed_node_type::memory, worth) + cpu * type.cpu;
        return std::min({both_paid, cpu_counted, memory_counted});
    }

    /// Sets what a task of each class pays.
    void set_paid(const packed_node_type& type, const packing_prices& prices, std::int64_t cpu, std::int64_t memory) {
        for (const std::size_t c : type.fitting) {
            const packed_class& each = model_.classes[c];
            paid_[c] = prices.task[c] + cpu * each.cpu + memory * each.memory;
        }
    }

    /// What is left of an item's value after its prices; rounded up, so that the items of a task are together worth no less
    /// than the task.
    [[nodiscard]] std::int64_t worth_of(const packed_item& each) const noexcept {
        const std::int64_t paid = paid_[each.number];
        const std::int64_t part = paid / each.parts * each.part + paid % each.parts * each.part / each.parts;
        return std::max<std::int64_t>(each.value - part, 0);
    }

    /// Whether the packing that the knapsack solved last keeps to the node's CPU and memory.
    [[nodiscard]] bool last_fits(const packed_node_type& type) const {
        std::int64_t cpu = 0;
        std::int64_t memory = 0;
        knapsack_.for_each_item([&](const packed_item& each) {
            const std::int64_t tasks = (each.part + each.parts - 1) / each.parts; // no fewer than it is a part of
            cpu += tasks * model_.classes[each.number].cpu;
            memory += tasks * model_.classes[each.number].memory;
        });
        return cpu <= type.cpu && memory <= type.memory;
    }

    const packing_model& model_;
    node_knapsack<std::int64_t> knapsack_;
    node_grid grid_;
    std::vector<std::int64_t> paid_; // [classes]  by a task
};

} // namespace gpupack::plan::detail
