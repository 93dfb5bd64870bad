// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/packing_model.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The most that one node is worth when each item has a worth of its own and one host resource, CPU or memory, binds:
/// node_knapsack with an amount of that resource beside what is taken of GPUs.
///
/// Amounts are cells of a grid, those of tasks rounded down, so every packing that the node can take is among those
/// compared; where the grid divides all amounts, no others are.
class node_grid {
  public:
    /// @param model  must outlive the grid
    explicit node_grid(const packing_model& model) : model_{model} {}

    /// @param type      of the node
    /// @param amount    of the resource that a task takes: packed_class::cpu or ::memory
    /// @param capacity  of the resource that the node has: packed_node_type::cpu or ::memory
    /// @param worth     worth(packed_item) of each item
    /// @return          the worth of the best packing, or more; at least 0
    template <class Worth> std::int64_t solve(const packed_node_type& type, std::int64_t packed_class::*amount,
                                              std::int64_t packed_node_type::*capacity, Worth&& worth) {
        type_ = &type;
        choose_grid(amount, type.*capacity);
        collect(type.wholes, amount, worth);
        wholes_ = items_;
        best_.assign(width(), 0);
        for (const packed_fill& each : type.fills) {
            collect(each.items, amount, worth);
            fill_gpu(each);
        }
        fill_one_gpu();
        return fill_node();
    }

  private:
    /// An item as far as it matters here.
    struct item {
        std::int64_t rows; // whole GPUs, or steps
        std::int64_t columns;
        std::size_t cells; // of the resource
        std::int64_t worth;
    };

    [[nodiscard]] std::size_t width() const noexcept { return static_cast<std::size_t>(cells_) + 1; }

    /// As many cells as divide all amounts, or as the work allows.
    void choose_grid(std::int64_t packed_class::*amount, std::int64_t capacity) {
        constexpr std::size_t most_states = 100'000;
        std::size_t states = 1;
        for (const packed_fill& each : type_->fills) states = std::max(states, each.states());
        const auto most = static_cast<std::int64_t>(std::clamp<std::size_t>(most_states / states, 32, 512));
        std::int64_t common = 0;
        for (const std::size_t c : type_->fitting) common = std::gcd(common, model_.classes[c].*amount);
        if (common == 0) common = capacity + 1; // nothing takes any
        cells_ = capacity / common;             // no task can use the remainder
        usable_ = cells_ * common;
        cells_ = std::min(cells_, most);
    }
    [[nodiscard]] std::size_t cells_of(std::int64_t amount) const noexcept {
        return usable_ == 0 ? 0 : static_cast<std::size_t>(amount * cells_ / usable_);
    }

    /// The items worth something; of one size, only those that no other beats in both.
    template <class Worth>
    void collect(const std::vector<packed_item>& items, std::int64_t packed_class::*amount, Worth&& worth) {
        items_.clear();
        for (const packed_item& each : items) {
            const std::int64_t here = worth(each);
            if (here <= 0) continue;
            const std::int64_t taken = each.divided ? 0 : model_.classes[each.number].*amount * each.part / each.parts;
            items_.push_back({each.rows, each.columns, cells_of(taken), here});
        }
        std::sort(items_.begin(), items_.end(), [](const item& a, const item& b) {
            return std::tuple{a.rows, a.columns, a.cells, b.worth} < std::tuple{b.rows, b.columns, b.cells, a.worth};
        });
        const auto beaten = [last = item{0, 0, 0, 0}](const item& each) mutable {
            if (each.rows == last.rows && each.columns == last.columns && each.worth <= last.worth) return true;
            last = each;
            return false;
        };
        items_.erase(std::remove_if(items_.begin(), items_.end(), beaten), items_.end());
    }

    /// Raises what one GPU is worth, by the cells that its tasks may take, to what it is worth when it is filled in that way.
    void fill_gpu(const packed_fill& fill) {
        gpu_.assign(fill.states() * width(), 0);
        if (fill.slots.empty())
            fill_steps(fill);
        else
            fill_slots(fill);
    }

    void fill_steps(const packed_fill& fill) {
        const auto across = static_cast<std::size_t>(fill.columns) + 1;
        std::size_t s = 0;
        for (std::int64_t row = 0; row <= fill.rows; ++row)
            for (std::int64_t column = 0; column <= fill.columns; ++column, ++s) {
                if (column > 0) raise(s, s - 1, 0, 0);
                if (row > 0) raise(s, s - across, 0, 0);
                for (const item& each : items_)
                    if (each.rows <= row && each.columns <= column)
                        raise(s,
                              s - static_cast<std::size_t>(each.rows) * across - static_cast<std::size_t>(each.columns),
                              each.cells, each.worth);
            }
        raise_best(s - 1);
    }

    void fill_slots(const packed_fill& fill) {
        for (std::size_t s = 1; s < fill.states(); ++s) {
            fill.slots.for_each_step_to(s, [&](const slot_graph::step& step) {
                for (const item& each : items_)
                    if (each.rows == static_cast<std::int64_t>(step.profile))
                        raise(s, step.before, each.cells, each.worth);
            });
            raise_best(s);
        }
    }

    /// Raises the worths of a state to those of an earlier one with an item more.
    void raise(std::size_t state, std::size_t before, std::size_t cells, std::int64_t worth) {
        std::int64_t* const here = gpu_.data() + state * width();
        const std::int64_t* const previous = gpu_.data() + before * width();
        for (std::size_t w = cells; w < width(); ++w) here[w] = std::max(here[w], previous[w - cells] + worth);
    }
    void raise_best(std::size_t state) {
        const std::int64_t* const here = gpu_.data() + state * width();
        for (std::size_t w = 0; w < width(); ++w) best_[w] = std::max(best_[w], here[w]);
    }

    /// What a GPU may hold, whole tasks included: the cells at which its worth rises.
    void fill_one_gpu() {
        for (const item& each : wholes_)
            if (each.rows == 1)
                for (std::size_t w = each.cells; w < width(); ++w) best_[w] = std::max(best_[w], each.worth);
        of_one_gpu_.clear();
        for (std::size_t w = 0; w < width(); ++w)
            if (const std::int64_t worth = best_[w]; worth > (of_one_gpu_.empty() ? 0 : of_one_gpu_.back().worth))
                of_one_gpu_.push_back({1, 0, w, worth});
    }

    std::int64_t fill_node() {
        const auto gpus = static_cast<std::size_t>(type_->gpus);
        node_.assign((gpus + 1) * width(), 0);
        for (std::size_t g = 1; g <= gpus; ++g) {
            std::int64_t* const row = node_.data() + g * width();
            std::copy(row - width(), row, row);
            const auto add = [&](const item& each) {
                const auto size = static_cast<std::size_t>(each.rows);
                if (size > g) return;
                const std::int64_t* const before = node_.data() + (g - size) * width();
                for (std::size_t w = each.cells; w < width(); ++w)
                    row[w] = std::max(row[w], before[w - each.cells] + each.worth);
            };
            for (const item& each : of_one_gpu_) add(each);
            for (const item& each : wholes_)
                if (each.rows > 1) add(each);
        }
        return node_.back();
    }

    const packing_model& model_;
    const packed_node_type* type_ = nullptr;
    std::int64_t cells_ = 0;
    std::int64_t usable_ = 0;        // of the resource
    std::vector<item> items_;        // by size
    std::vector<item> wholes_;       // by size
    std::vector<item> of_one_gpu_;   // what a GPU may hold, by cells
    std::vector<std::int64_t> gpu_;  // [states, cells + 1]
    std::vector<std::int64_t> best_; // [cells + 1]  of one GPU
    std::vector<std::int64_t> node_; // [GPUs + 1, cells + 1]
};

} // namespace gpupack::plan::detail
