// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/packing_model.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The most that one GPU is worth, filled in some way, when each item has a worth of its own: an unbounded knapsack of
/// slices, or the best way through a slot_graph.
///
/// @tparam Number  of worths: an integer for the proof, floating point for the search
template <class Number> class gpu_knapsack {
  public:
    /// @param fill   the way; must outlive what for_each_item asks
    /// @param worth  worth(packed_item) of each item
    /// @return       the worth of the best packing, at least 0
    template <class Worth> Number solve(const packed_fill& fill, Worth&& worth) {
        choose_best_of_each_size(fill, worth);
        states_.assign(fill.states(), {});
        best_ = states_.size() - 1;
        if (fill.slots.empty())
            fill_steps(fill);
        else
            fill_slots(fill);
        return states_[best_].worth;
    }

    /// Calls take(packed_item) for each item of the packing solved last.
    template <class Take> void for_each_item(Take&& take) const {
        for (std::size_t s = best_; s > 0; s = states_[s].before)
            if (states_[s].item != nullptr) take(*states_[s].item);
    }

  private:
    /// The best of the items that take as much.
    struct best_item {
        Number worth{};
        const packed_item* item = nullptr;
    };
    struct state {
        Number worth{};
        std::size_t before = 0; // the state
        const packed_item* item = nullptr;

        void improve(Number other, std::size_t previous, const packed_item* added) {
            if (worth < other) *this = {other, previous, added};
        }
    };

    template <class Worth> void choose_best_of_each_size(const packed_fill& fill, Worth&& worth) {
        items_.clear();
        const packed_item* last = nullptr;
        for (const packed_item& each : fill.items) {
            const Number here = worth(each);
            const bool is_new = last == nullptr || last->rows != each.rows || last->columns != each.columns;
            last = &each;
            if (is_new && (items_.empty() || items_.back().worth > 0)) items_.emplace_back();
            if (is_new) items_.back() = {};
            if (items_.back().worth < here) items_.back() = {here, &each};
        }
        if (!items_.empty() && !(items_.back().worth > 0)) items_.pop_back();
    }

    void fill_steps(const packed_fill& fill) {
        const auto width = static_cast<std::size_t>(fill.columns) + 1;
        std::size_t s = 0;
        for (std::int64_t row = 0; row <= fill.rows; ++row)
            for (std::int64_t column = 0; column <= fill.columns; ++column, ++s) {
                state& here = states_[s];
                if (column > 0) here = {states_[s - 1].worth, s - 1, nullptr};
                if (row > 0) here.improve(states_[s - width].worth, s - width, nullptr);
                for (const best_item& each : items_) {
                    if (each.item->rows > row || each.item->columns > column) continue;
                    const std::size_t previous = s - static_cast<std::size_t>(each.item->rows) * width -
                                                 static_cast<std::size_t>(each.item->columns);
                    here.improve(states_[previous].worth + each.worth, previous, each.item);
                }
            }
    }

    void fill_slots(const packed_fill& fill) {
        by_profile_.clear();
        for (const best_item& each : items_) {
            const auto group = static_cast<std::size_t>(each.item->rows);
            if (by_profile_.size() <= group) by_profile_.resize(group + 1);
            by_profile_[group] = each;
        }
        best_ = 0;
        for (std::size_t s = 1; s < states_.size(); ++s) {
            fill.slots.for_each_step_to(s, [&](const slot_graph::step& step) {
                if (step.profile >= by_profile_.size() || by_profile_[step.profile].item == nullptr) return;
                const best_item& each = by_profile_[step.profile];
                states_[s].improve(states_[step.before].worth + each.worth, step.before, each.item);
            });
            if (states_[best_].worth < states_[s].worth) best_ = s;
        }
    }

    std::vector<best_item> items_;      // worth something, by size
    std::vector<best_item> by_profile_; // [profiles]
    std::vector<state> states_;
    std::size_t best_ = 0;
};

} // namespace gpupack::plan::detail
