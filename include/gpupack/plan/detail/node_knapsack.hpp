// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gpu_knapsack.hpp>
#include <gpupack/plan/detail/packing_model.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The most that one node's GPUs are worth when each item has a worth of its own and host resources do not bind: on each
/// GPU the best way to fill it, and on top of it whole tasks by an unbounded knapsack over the GPUs.
///
/// @tparam Number  of worths: an integer for the proof, floating point for the search
template <class Number> class node_knapsack {
  public:
    /// @param type   of the node; must outlive what for_each_item asks
    /// @param worth  worth(packed_item) of each item
    /// @return       the worth of the best packing, at least 0
    template <class Worth> Number solve(const packed_node_type& type, Worth&& worth) {
        const auto gpus = static_cast<std::size_t>(type.gpus);
        fill_gpu(type, worth);
        wholes_.assign(std::max<std::size_t>(gpus, 1) + 1, {});
        for (const packed_item& each : type.wholes) {
            best_item& best = wholes_[static_cast<std::size_t>(each.rows)];
            if (const Number here = worth(each); best.worth < here) best = {here, &each};
        }
        one_is_shared_ = !(of_one_gpu_ < wholes_[1].worth);
        node_.assign(gpus + 1, {});
        for (std::size_t g = 1; g <= gpus; ++g) {
            node_[g] = {node_[g - 1].worth + (one_is_shared_ ? of_one_gpu_ : wholes_[1].worth), 1};
            for (std::size_t width = 2; width <= g; ++width)
                node_[g].improve(node_[g - width].worth + wholes_[width].worth, width);
        }
        return node_[gpus].worth;
    }

    /// Calls take(packed_item) for each item of the packing solved last.
    template <class Take> void for_each_item(Take&& take) const {
        for (std::size_t g = node_.size() - 1; g > 0;) {
            const std::size_t width = node_[g].taken;
            g -= width;
            if (width == 1 && one_is_shared_) {
                if (of_one_gpu_ > 0) best_.for_each_item(take);
            } else if (wholes_[width].worth > 0) {
                take(*wholes_[width].item);
            }
        }
    }

  private:
    struct best_item {
        Number worth{};
        const packed_item* item = nullptr;
    };
    struct state {
        Number worth{};
        std::size_t taken = 0;

        void improve(Number other, std::size_t size) {
            if (worth < other) *this = {other, size};
        }
    };

    template <class Worth> void fill_gpu(const packed_node_type& type, Worth&& worth) {
        of_one_gpu_ = {};
        for (const packed_fill& each : type.fills) {
            const Number here = next_.solve(each, worth);
            if (!(of_one_gpu_ < here)) continue;
            of_one_gpu_ = here;
            std::swap(best_, next_);
        }
    }

    gpu_knapsack<Number> best_; // the best way to fill a GPU
    gpu_knapsack<Number> next_;
    Number of_one_gpu_{};
    std::vector<best_item> wholes_; // [GPUs + 1]
    std::vector<state> node_;       // [GPUs + 1]
    bool one_is_shared_ = false;
};

} // namespace gpupack::plan::detail
