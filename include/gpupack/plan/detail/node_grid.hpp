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

/// The most that one node is worth when each class has a worth of its own and one host resource, CPU or memory, binds:
/// node_knapsack with an amount of that resource beside the compute.
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
    /// @param worth     [classes] of one piece of each
    /// @return          the worth of the best packing, or more; at least 0
    std::int64_t solve(const packed_node_type& type, std::int64_t packed_class::*amount,
                       std::int64_t packed_node_type::*capacity, const std::vector<std::int64_t>& worth) {
        type_ = &type;
        steps_ = static_cast<std::size_t>(type.compute / model_.step);
        choose_grid(amount, type.*capacity);
        collect(amount, worth);
        fill_gpu();
        return fill_node();
    }

  private:
    /// A class as far as it matters here.
    struct item {
        std::size_t size;  // steps of compute, or whole GPUs
        std::size_t cells; // of the resource
        std::int64_t worth;
    };

    /// As many cells as divide all amounts, or as the work allows.
    void choose_grid(std::int64_t packed_class::*amount, std::int64_t capacity) {
        constexpr std::size_t most_states = 100'000;
        const auto most = static_cast<std::int64_t>(std::clamp<std::size_t>(most_states / (steps_ + 1), 32, 512));
        std::int64_t common = 0;
        for (const std::size_t c : type_->fitting) common = std::gcd(common, model_.classes[c].*amount);
        common = std::max<std::int64_t>(common, 1);
        cells_ = capacity / common; // no task can use the remainder
        usable_ = cells_ * common;
        cells_ = std::min(cells_, most);
    }
    [[nodiscard]] std::size_t cells_of(std::int64_t amount) const noexcept {
        return usable_ == 0 ? 0 : static_cast<std::size_t>(amount * cells_ / usable_);
    }

    /// The classes worth something; of one size, only those that no other beats in both.
    void collect(std::int64_t packed_class::*amount, const std::vector<std::int64_t>& worth) {
        slices_.clear();
        wholes_.clear();
        for (const std::size_t c : type_->fitting) {
            const packed_class& each = model_.classes[c];
            if (worth[c] <= 0) continue;
            const std::int64_t size = each.whole ? each.gpus : each.compute / model_.step;
            (each.whole ? wholes_ : slices_)
                .push_back({static_cast<std::size_t>(size), cells_of(each.*amount / each.pieces()), worth[c]});
        }
        for (std::vector<item>* items : {&slices_, &wholes_}) {
            std::sort(items->begin(), items->end(), [](const item& a, const item& b) {
                return std::tuple{a.size, a.cells, b.worth} < std::tuple{b.size, b.cells, a.worth};
            });
            const auto beaten = [last = item{0, 0, 0}](const item& each) mutable {
                if (each.size == last.size && each.worth <= last.worth) return true;
                last = each;
                return false;
            };
            items->erase(std::remove_if(items->begin(), items->end(), beaten), items->end());
        }
    }

    /// What one GPU is worth by the cells that its tasks may take: of_one_gpu_ holds the steps at which it rises.
    void fill_gpu() {
        const auto width = static_cast<std::size_t>(cells_) + 1;
        gpu_.assign((steps_ + 1) * width, 0);
        for (std::size_t c = 1; c <= steps_; ++c) {
            std::int64_t* const row = gpu_.data() + c * width;
            std::copy(row - width, row, row);
            for (const item& each : slices_) {
                if (each.size > c) break;
                const std::int64_t* const before = gpu_.data() + (c - each.size) * width;
                for (std::size_t w = each.cells; w < width; ++w)
                    row[w] = std::max(row[w], before[w - each.cells] + each.worth);
            }
        }
        std::int64_t* const last = gpu_.data() + steps_ * width;
        for (const item& each : wholes_)
            if (each.size == 1)
                for (std::size_t w = each.cells; w < width; ++w) last[w] = std::max(last[w], each.worth);
        of_one_gpu_.clear();
        for (std::size_t w = 0; w < width; ++w)
            if (const std::int64_t worth = last[w]; worth > (of_one_gpu_.empty() ? 0 : of_one_gpu_.back().worth))
                of_one_gpu_.push_back({1, w, worth});
    }

    std::int64_t fill_node() {
        const auto width = static_cast<std::size_t>(cells_) + 1;
        const auto gpus = static_cast<std::size_t>(type_->gpus);
        node_.assign((gpus + 1) * width, 0);
        for (std::size_t g = 1; g <= gpus; ++g) {
            std::int64_t* const row = node_.data() + g * width;
            std::copy(row - width, row, row);
            const auto add = [&](const item& each) {
                if (each.size > g) return;
                const std::int64_t* const before = node_.data() + (g - each.size) * width;
                for (std::size_t w = each.cells; w < width; ++w)
                    row[w] = std::max(row[w], before[w - each.cells] + each.worth);
            };
            for (const item& each : of_one_gpu_) add(each);
            for (const item& each : wholes_)
                if (each.size > 1) add(each);
        }
        return node_.back();
    }

    const packing_model& model_;
    const packed_node_type* type_ = nullptr;
    std::size_t steps_ = 0;
    std::int64_t cells_ = 0;
    std::int64_t usable_ = 0; // of the resource
    std::vector<item> slices_;       // by size
    std::vector<item> wholes_;       // by size
    std::vector<item> of_one_gpu_;          // what a GPU may hold, by cells
    std::vector<std::int64_t> gpu_;  // [steps + 1, cells + 1]
    std::vector<std::int64_t> node_; // [GPUs + 1, cells + 1]
};

} // namespace gpupack::plan::detail
