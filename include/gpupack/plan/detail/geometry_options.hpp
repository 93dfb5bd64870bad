// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/repartition_plan.hpp>
#include <gpupack/plan/standing_instances.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// What cutting a GPU anew takes; less is better, in this order.
struct cut_cost {
    std::int64_t cost = 0; ///< Of what is destroyed.
    int destroyed = 0;     ///< Instances.
    int created = 0;       ///< Instances.

    friend cut_cost operator+(const cut_cost& a, const cut_cost& b) noexcept {
        return {a.cost + b.cost, a.destroyed + b.destroyed, a.created + b.created};
    }
    friend auto operator<=>(const cut_cost&, const cut_cost&) = default;
};

/// One geometry that a GPU may get.
struct geometry_option {
    std::vector<std::int32_t> idle; ///< [goals] its idle instances, up to the number of the goal.
    cut_cost cost;                  ///< Of getting there.
    std::vector<int> destroyed;     ///< Slots.
    std::vector<int> created;       ///< Slots.
};

/// Lists the geometries that a GPU may get, of each number of idle instances the one that costs least.
class geometry_options {
  public:
    /// @param goals  what instances are worth; must outlive this
    /// @param most   of what is destroyed, at most
    geometry_options(const std::vector<instance_goal>& goals, std::int64_t most) : goals_{goals}, most_{most} {}

    /// The options of a GPU, that of leaving it alone first; none has no more of all than another at no less cost.
    ///
    /// @param gpu     as it stands
    /// @param budget  geometries that are tried; is spent
    /// @param whole   set to false where the budget ran out: some may be missing
    [[nodiscard]] std::vector<geometry_option> list(const standing_gpu& gpu, search_budget& budget, bool& whole) {
        gpu_ = &gpu;
        budget_ = &budget;
        best_.clear();
        created_goal_.assign(static_cast<std::size_t>(gpu.table->slot_count), none);
        for (int slot = 0; slot < gpu.table->slot_count; ++slot)
            if (const auto goal = goal_of(goals_, *gpu.table, slot))
                created_goal_[static_cast<std::size_t>(slot)] = *goal;
        complete_ = true;
        option_ = {.idle = std::vector<std::int32_t>(goals_.size(), 0), .cost = {}, .destroyed = {}, .created = {}};
        keep_some(0, 0);
        whole = whole && complete_;
        return undominated();
    }

  private:
    static constexpr std::size_t none = ~std::size_t{0};

    void add(std::size_t goal, int sign) noexcept {
        if (goal != none) option_.idle[goal] += sign;
    }

    /// Keeps or destroys each instance from the nth on.
    void keep_some(std::size_t nth, std::uint64_t occupied) {
        if (nth == gpu_->instances.size()) return create_some(0, occupied);
        const standing_instance& each = gpu_->instances[nth];
        const std::size_t goal = each.busy ? none : created_goal_[static_cast<std::size_t>(each.slot)];
        add(goal, 1);
        keep_some(nth + 1, occupied | gpu_->table->slots[each.slot].taken);
        add(goal, -1);
        if (each.destroy_cost > most_ - option_.cost.cost || each.destroy_cost == running_task::never) return;
        const cut_cost before = option_.cost;
        option_.cost = before + cut_cost{each.destroy_cost, 1, 0};
        option_.destroyed.push_back(each.slot);
        keep_some(nth + 1, occupied);
        option_.destroyed.pop_back();
        option_.cost = before;
    }

    /// Creates instances that count in slots from the nth on.
    void create_some(int nth, std::uint64_t occupied) {
        note();
        for (int slot = nth; slot < gpu_->table->slot_count && complete_; ++slot) {
            const std::size_t goal = created_goal_[static_cast<std::size_t>(slot)];
            if (goal == none || option_.idle[goal] >= goals_[goal].number || !gpu_->table->is_free(slot, occupied))
                continue;
            const bool was_there =
                std::find(option_.destroyed.begin(), option_.destroyed.end(), slot) != option_.destroyed.end();
            if (was_there && !gpu_busy(slot)) continue; // it would better have stayed
            if (!budget_->spend()) complete_ = false;
            option_.created.push_back(slot);
            ++option_.cost.created;
            add(goal, 1);
            create_some(slot + 1, occupied | gpu_->table->slots[slot].taken);
            add(goal, -1);
            --option_.cost.created;
            option_.created.pop_back();
        }
    }
    [[nodiscard]] bool gpu_busy(int slot) const noexcept {
        return std::any_of(gpu_->instances.begin(), gpu_->instances.end(),
                           [&](const standing_instance& each) { return each.slot == slot && each.busy; });
    }

    void note() {
        geometry_option capped = option_;
        for (std::size_t g = 0; g < goals_.size(); ++g)
            capped.idle[g] = static_cast<std::int32_t>(std::min<std::int64_t>(capped.idle[g], goals_[g].number));
        const auto [known, added] = best_.try_emplace(capped.idle, capped);
        if (!added && capped.cost < known->second.cost) known->second = std::move(capped);
    }

    [[nodiscard]] std::vector<geometry_option> undominated() const {
        std::vector<geometry_option> kept;
        for (const auto& [idle, option] : best_) {
            const bool is_beaten = std::any_of(best_.begin(), best_.end(), [&, &mine = option](const auto& other) {
                return &other.second != &mine && other.second.cost <= mine.cost &&
                       std::equal(mine.idle.begin(), mine.idle.end(), other.first.begin(), std::less_equal<>{});
            });
            if (!is_beaten) kept.push_back(option);
        }
        std::stable_sort(kept.begin(), kept.end(),
                         [](const geometry_option& a, const geometry_option& b) { return a.cost < b.cost; });
        return kept;
    }

    const std::vector<instance_goal>& goals_;
    std::int64_t most_;
    const standing_gpu* gpu_ = nullptr;
    search_budget* budget_ = nullptr;
    bool complete_ = true;
    std::vector<std::size_t> created_goal_; // [slots]  the goal that an instance there counts for
    geometry_option option_{};
    std::map<std::vector<std::int32_t>, geometry_option> best_;
};

} // namespace gpupack::plan::detail
