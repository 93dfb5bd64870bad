// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/node_knapsack.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_program.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// What things cost, none below 0. Any such prices prove a bound (price_proof); good ones prove a tight one.
struct packing_prices {
    std::vector<std::int64_t> task;   ///< [classes] Of one task, in units of packing_model::scale, as all prices.
    std::vector<std::int64_t> cpu;    ///< [types] Of a milli-core on a node of that type.
    std::vector<std::int64_t> memory; ///< [types] Of a MiB on a node of that type.
};

/// Finds good prices by column generation: a linear program over the packings of whole nodes, whose columns are made when
/// they are worth it (Gilmore and Gomory 1961, docs/sources.md#gilmore61).
class price_search {
  public:
    /// @param model  must outlive the search
    explicit price_search(const packing_model& model)
        : model_{model}, program_{limits_of(model)}, gpu_{static_cast<double>(model.unit) *
                                                          static_cast<double>(model.scale)} {}

    /// The prices of the best solution found.
    ///
    /// @param operations  multiplications that the search may take, at most; prices prove a bound after any number of them
    [[nodiscard]] packing_prices find(std::size_t operations) {
        for (std::size_t rounds = operations / operations_of_a_round() + 1; rounds > 0; --rounds)
            if (!program_.enter_slack() && !enter_best_packing()) break;
        return rounded();
    }

  private:
    static constexpr std::size_t rows_of_a_type = 3;

    /// Entries of the inverse and of the knapsacks that a round may change.
    [[nodiscard]] std::size_t operations_of_a_round() const noexcept {
        std::size_t operations = program_.rows() * program_.rows() + 1;
        for (const packed_node_type& type : model_.types)
            for (const packed_fill& fill : type.fills)
                operations +=
                    fill.slots.empty() ? fill.states() * std::min(fill.states(), fill.items.size()) : fill.slots.size();
        return operations;
    }

    /// Rows: the count of each class; then the nodes of each type, and its CPU and memory in nodes' worth.
    [[nodiscard]] static std::vector<double> limits_of(const packing_model& model) {
        std::vector<double> limits;
        for (const packed_class& each : model.classes) limits.push_back(static_cast<double>(each.count));
        for (const packed_node_type& type : model.types)
            limits.insert(limits.end(), rows_of_a_type, static_cast<double>(type.nodes));
        return limits;
    }
    [[nodiscard]] std::size_t node_row(std::size_t type) const noexcept {
        return model_.classes.size() + rows_of_a_type * type;
    }
    [[nodiscard]] std::size_t cpu_row(std::size_t type) const noexcept { return node_row(type) + 1; }
    [[nodiscard]] std::size_t memory_row(std::size_t type) const noexcept { return node_row(type) + 2; }

    /// The part of a task that an item is.
    [[nodiscard]] static double part(const packed_item& each) noexcept {
        return static_cast<double>(each.part) / static_cast<double>(each.parts);
    }
    /// The part of a node's resource that an item takes.
    [[nodiscard]] static double part(const packed_item& each, std::int64_t amount, std::int64_t capacity) noexcept {
        if (capacity == 0) return 0;
        const double of_a_piece = static_cast<double>(amount) / static_cast<double>(each.parts * capacity);
        return of_a_piece * static_cast<double>(each.part);
    }

    /// Brings in the packing that earns most beyond its prices, over all nodes of its type; false where none does.
    bool enter_best_packing() {
        packing_program::column best_column;
        double best_surplus = 0;
        double best_gain = 0;
        for (std::size_t t = 0; t < model_.types.size(); ++t) {
            const packed_node_type& type = model_.types[t];
            const auto worth = [&](const packed_item& each) { return worth_of(each, t); };
            const double node_surplus = knapsack_.solve(type, worth) - program_.price(node_row(t));
            const double surplus = node_surplus * static_cast<double>(type.nodes);
            if (node_surplus <= packing_program::tolerance || surplus <= best_surplus) continue;
            best_surplus = surplus;
            best_gain = make_column(t, best_column);
        }
        return best_surplus > 0 && program_.enter(best_column, best_gain);
    }

    /// What is left of the gain of an item after its prices.
    [[nodiscard]] double worth_of(const packed_item& each, std::size_t t) const noexcept {
        const packed_node_type& type = model_.types[t];
        const packed_class& task = model_.classes[each.number];
        const double left = each.part == 1
                                ? (gain_of_task(each) - program_.price(each.number)) / static_cast<double>(each.parts)
                                : gain_of(each) - program_.price(each.number) * part(each);
        return left - program_.price(cpu_row(t)) * part(each, task.cpu, type.cpu) -
               program_.price(memory_row(t)) * part(each, task.memory, type.memory);
    }

    /// Makes the column of the packing that the knapsack solved last.
    ///
    /// @return its gain
    double make_column(std::size_t t, packing_program::column& column) const {
        const packed_node_type& type = model_.types[t];
        column.clear();
        double gain = 0;
        double cpu = 0;
        double memory = 0;
        knapsack_.for_each_item([&](const packed_item& each) {
            const std::size_t c = each.number;
            const double tasks = part(each);
            gain += each.part == 1 ? gain_of_task(each) * tasks : gain_of(each);
            cpu += part(each, model_.classes[c].cpu, type.cpu);
            memory += part(each, model_.classes[c].memory, type.memory);
            const auto known =
                std::find_if(column.begin(), column.end(), [c](const auto& entry) { return entry.first == c; });
            if (known != column.end())
                known->second += tasks;
            else
                column.emplace_back(c, tasks);
        });
        column.emplace_back(node_row(t), 1.0);
        column.emplace_back(cpu_row(t), cpu);
        column.emplace_back(memory_row(t), memory);
        return gain;
    }

    /// What an item gains, in GPUs.
    [[nodiscard]] double gain_of(const packed_item& each) const noexcept {
        return static_cast<double>(each.value) / gpu_;
    }
    /// What a task of so many equal pieces gains.
    [[nodiscard]] double gain_of_task(const packed_item& each) const noexcept {
        return static_cast<double>(each.value * each.parts) / gpu_;
    }

    /// The prices of the program, in GPUs and in nodes' worth, as integers of the model's scale.
    [[nodiscard]] packing_prices rounded() const {
        const auto integer = [&](double price, std::int64_t amount) {
            return amount == 0 ? 0
                               : std::int64_t{std::llround(std::fmax(price, 0.0) * gpu_ / static_cast<double>(amount))};
        };
        packing_prices prices;
        for (std::size_t c = 0; c < model_.classes.size(); ++c) // beyond its value, a price only adds to the bound
            prices.task.push_back(std::min(integer(program_.price(c), 1), model_.classes[c].value));
        for (std::size_t t = 0; t < model_.types.size(); ++t) {
            prices.cpu.push_back(integer(program_.price(cpu_row(t)), model_.types[t].cpu));
            prices.memory.push_back(integer(program_.price(memory_row(t)), model_.types[t].memory));
        }
        return prices;
    }

    const packing_model& model_;
    packing_program program_;
    node_knapsack<double> knapsack_;
    double gpu_; // the gain of about one GPU, in units of the model's scale
};

} // namespace gpupack::plan::detail
