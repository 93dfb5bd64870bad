// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/geometry_options.hpp>
#include <gpupack/plan/repartition_plan.hpp>
#include <gpupack/plan/standing_instances.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Chooses a geometry for each GPU, so that all together are worth most, and among these cost least: GPU by GPU, of each number
/// of idle instances so far the way that costs least. Where these are more than the budget allows, the best are kept.
class repartition_search {
  public:
    /// @param gpus    as they stand
    /// @param goals   what instances are worth
    /// @param limits  how much may be done
    repartition_search(const std::vector<standing_gpu>& gpus, const std::vector<instance_goal>& goals,
                       const repartition_limits& limits)
        : gpus_{gpus}, goals_{goals}, limits_{limits}, order_(gpus.size()), options_of_(gpus.size()) {}

    /// The best plan that was found.
    [[nodiscard]] repartition_plan search() {
        repartition_plan plan{.start = value_of_instances(gpus_, goals_)};
        list_options();
        layers_ = {{{std::vector<std::int32_t>(goals_.size(), 0), {}, 0, 0}}};
        for (const std::size_t gpu : order_) add_layer(options_[options_of_[gpu]]);
        const auto& last = layers_.back();
        const auto best =
            std::min_element(last.begin(), last.end(), [&](const state& a, const state& b) { return precedes(a, b); });
        plan.gain = value(best->idle) - plan.start;
        plan.cost = best->cost.cost;
        plan.destroyed = best->cost.destroyed;
        plan.created = best->cost.created;
        plan.best = complete_;
        plan.most_gain = complete_ ? plan.gain : most_gain(plan.start);
        add_steps(plan, static_cast<std::size_t>(best - last.begin()));
        return plan;
    }

  private:
    /// Idle instances on the GPUs so far.
    struct state {
        std::vector<std::int32_t> idle; // [goals]
        cut_cost cost;
        std::size_t before; // in the layer before
        std::size_t option; // of the GPU
    };

    [[nodiscard]] std::int64_t value(const std::vector<std::int32_t>& idle) const noexcept {
        std::int64_t sum = 0;
        for (std::size_t g = 0; g < goals_.size(); ++g)
            sum += goals_[g].weight * std::min<std::int64_t>(idle[g], goals_[g].number);
        return sum;
    }
    [[nodiscard]] bool precedes(const state& a, const state& b) const {
        const std::int64_t here = value(a.idle);
        const std::int64_t there = value(b.idle);
        return here != there ? here > there : std::tie(a.cost, a.idle) < std::tie(b.cost, b.idle);
    }

    /// Lists the options of each GPU, once for those that stand alike, and orders the GPUs: first those on which least stands.
    void list_options() {
        using likeness = std::tuple<const partition_table*, std::vector<std::tuple<int, bool, std::int64_t>>>;
        std::map<likeness, std::size_t> known;
        geometry_options lister{goals_, limits_.cost};
        search_budget budget{limits_.budget};
        std::vector<std::tuple<int, std::size_t>> standing; // busy or not to be destroyed, in all
        for (std::size_t i = 0; i < gpus_.size(); ++i) {
            likeness alike{gpus_[i].table, {}};
            int busy = 0;
            for (const standing_instance& each : gpus_[i].instances) {
                std::get<1>(alike).emplace_back(each.slot, each.busy, each.destroy_cost);
                busy += each.busy || each.destroy_cost > 0 ? 1 : 0;
            }
            std::sort(std::get<1>(alike).begin(), std::get<1>(alike).end());
            const auto [entry, added] = known.try_emplace(std::move(alike), options_.size());
            if (added) options_.push_back(lister.list(gpus_[i], budget, complete_));
            options_of_[i] = entry->second;
            standing.emplace_back(busy, gpus_[i].instances.size());
        }
        all_options_ = complete_;
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::stable_sort(order_.begin(), order_.end(),
                         [&](std::size_t a, std::size_t b) { return standing[a] < standing[b]; });
        std::int64_t transitions = 1;
        for (const std::size_t each : options_of_) transitions += static_cast<std::int64_t>(options_[each].size());
        width_ = static_cast<std::size_t>(std::max<std::int64_t>(4, limits_.budget / transitions));
    }

    void add_layer(const std::vector<geometry_option>& options) {
        std::map<std::vector<std::int32_t>, state> next;
        const std::vector<state>& now = layers_.back();
        std::vector<std::int32_t> idle(goals_.size());
        for (std::size_t s = 0; s < now.size(); ++s)
            for (std::size_t o = 0; o < options.size(); ++o) {
                const cut_cost cost = now[s].cost + options[o].cost;
                if (cost.cost > limits_.cost) continue;
                for (std::size_t g = 0; g < goals_.size(); ++g)
                    idle[g] = static_cast<std::int32_t>(
                        std::min<std::int64_t>(now[s].idle[g] + options[o].idle[g], goals_[g].number));
                const auto [known, added] = next.try_emplace(idle, state{idle, cost, s, o});
                if (!added && cost < known->second.cost) known->second = {idle, cost, s, o};
            }
        std::vector<state> kept;
        for (auto& each : next) kept.push_back(std::move(each.second));
        if (kept.size() > width_) {
            complete_ = false;
            std::sort(kept.begin(), kept.end(), [&](const state& a, const state& b) { return precedes(a, b); });
            kept.resize(width_);
        }
        layers_.push_back(std::move(kept));
    }

    /// No more than all that is lacking, and no more than the GPUs gain one by one.
    [[nodiscard]] std::int64_t most_gain(std::int64_t start) const {
        std::int64_t lacking = -start;
        for (const instance_goal& goal : goals_) lacking += goal.weight * goal.number;
        if (!all_options_) return lacking;
        std::int64_t apart = 0;
        for (std::size_t i = 0; i < gpus_.size() && apart < lacking; ++i) {
            std::vector<std::int64_t> now(goals_.size(), 0);
            for (const standing_instance& each : gpus_[i].instances)
                if (const auto goal = goal_of(goals_, *gpus_[i].table, each.slot); goal && !each.busy) ++now[*goal];
            std::int64_t most = 0;
            for (const geometry_option& option : options_[options_of_[i]]) {
                std::int64_t gain = 0;
                for (std::size_t g = 0; g < goals_.size(); ++g)
                    gain += goals_[g].weight * std::max<std::int64_t>(0, option.idle[g] - now[g]);
                most = std::max(most, gain);
            }
            apart += most;
        }
        return std::min(lacking, apart);
    }

    void add_steps(repartition_plan& plan, std::size_t chosen) const {
        std::vector<std::pair<std::size_t, const geometry_option*>> cuts;
        for (std::size_t layer = order_.size(); layer > 0; --layer) {
            const state& each = layers_[layer][chosen];
            const std::size_t gpu = order_[layer - 1];
            cuts.emplace_back(gpu, &options_[options_of_[gpu]][each.option]);
            chosen = each.before;
        }
        std::sort(cuts.begin(), cuts.end()); // by GPU
        for (const auto& [gpu, option] : cuts) {
            const partition_table& table = *gpus_[gpu].table;
            const auto add_all = [&, &number = gpu](instance_step::action kind, std::vector<int> slots) {
                std::sort(slots.begin(), slots.end(), [&](int a, int b) {
                    return std::pair{table.slots[a].start, a} < std::pair{table.slots[b].start, b};
                });
                for (const int slot : slots) plan.steps.push_back({kind, number, slot});
            };
            add_all(instance_step::action::destroy, option->destroyed);
            add_all(instance_step::action::create, option->created);
        }
    }

    const std::vector<standing_gpu>& gpus_;
    const std::vector<instance_goal>& goals_;
    const repartition_limits& limits_;
    bool complete_ = true;
    bool all_options_ = true; // were listed
    std::size_t width_ = 0;
    std::vector<std::size_t> order_;                    // [gpus]
    std::vector<std::size_t> options_of_;               // [gpus]  index into options_
    std::vector<std::vector<geometry_option>> options_; // of GPUs that stand alike
    std::vector<std::vector<state>> layers_;            // [gpus + 1]
};

} // namespace gpupack::plan::detail
