// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/detail/packing_model.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The most that one node's GPUs are worth when each class has a worth of its own and host resources do not bind: slices by
/// an unbounded knapsack on each GPU, and on top of it whole tasks by one over the GPUs.
///
/// @tparam Number  of worths: an integer for the proof, floating point for the search
template <class Number> class node_knapsack {
  public:
    /// @param model  must outlive the knapsack
    explicit node_knapsack(const packing_model& model) : model_{model} {}

    /// @param type   of the node
    /// @param worth  [classes] of one piece of each class (packed_class::pieces)
    /// @return       the worth of the best packing, at least 0
    Number solve(const packed_node_type& type, const std::vector<Number>& worth) {
        const auto steps = static_cast<std::size_t>(type.compute / model_.step);
        const auto gpus = static_cast<std::size_t>(type.gpus);
        choose_best_of_each_size(type, worth, steps, gpus);
        gpu_.assign(steps + 1, {});
        for (std::size_t c = 1; c <= steps; ++c) {
            gpu_[c] = {gpu_[c - 1].worth, 0};
            for (const std::size_t size : sizes_)
                if (size <= c) gpu_[c].improve(gpu_[c - size].worth + slices_[size].worth, size);
        }
        const bool slices = !(gpu_[steps].worth < wholes_[1].worth);
        one_is_sliced_ = slices;
        node_.assign(gpus + 1, {});
        for (std::size_t g = 1; g <= gpus; ++g) {
            node_[g] = {node_[g - 1].worth + (slices ? gpu_[steps].worth : wholes_[1].worth), 1};
            for (std::size_t width = 2; width <= g; ++width)
                node_[g].improve(node_[g - width].worth + wholes_[width].worth, width);
        }
        return node_[gpus].worth;
    }

    /// Calls take(class) for each piece of the packing solved last.
    template <class Take> void for_each_piece(Take&& take) const {
        for (std::size_t g = node_.size() - 1; g > 0;) {
            const std::size_t width = node_[g].taken;
            g -= width;
            if (width > 1 || !one_is_sliced_) {
                if (wholes_[width].worth > 0) take(wholes_[width].number);
                continue;
            }
            for (std::size_t c = gpu_.size() - 1; c > 0;) {
                const std::size_t size = gpu_[c].taken;
                if (size > 0) take(slices_[size].number);
                c -= size > 0 ? size : 1;
            }
        }
    }

  private:
    struct best_class {
        Number worth{};
        std::size_t number = 0;
    };
    struct state {
        Number worth{};
        std::size_t taken = 0;

        void improve(Number other, std::size_t size) {
            if (worth < other) *this = {other, size};
        }
    };

    void choose_best_of_each_size(const packed_node_type& type, const std::vector<Number>& worth, std::size_t steps,
                                  std::size_t gpus) {
        slices_.assign(steps + 1, {});
        wholes_.assign(std::max<std::size_t>(gpus, 1) + 1, {});
        sizes_.clear();
        for (const std::size_t c : type.fitting) {
            const packed_class& each = model_.classes[c];
            best_class& best = each.whole ? wholes_[static_cast<std::size_t>(each.gpus)]
                                           : slices_[static_cast<std::size_t>(each.compute / model_.step)];
            if (best.worth < worth[c]) best = {worth[c], c};
        }
        for (std::size_t size = 1; size <= steps; ++size)
            if (slices_[size].worth > 0) sizes_.push_back(size);
    }

    const packing_model& model_;
    std::vector<best_class> slices_; // [steps + 1]
    std::vector<best_class> wholes_; // [GPUs + 1]
    std::vector<std::size_t> sizes_;
    std::vector<state> gpu_;  // [steps + 1]
    std::vector<state> node_; // [GPUs + 1]
    bool one_is_sliced_ = false;
};

} // namespace gpupack::plan::detail
