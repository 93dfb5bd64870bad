// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/detail/gang_order.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/moving_tasks.hpp>
#include <gpupack/plan/place_goal.hpp>
#include <gpupack/plan/places_on.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Tasks of one node without which it has more places that are short.
struct removal_set {
    node_id node;                     ///< Where the tasks are.
    std::vector<std::size_t> tasks{}; ///< That would have to go.
    std::int64_t gain = 0;            ///< What the places of the node are worth more then.
    std::int64_t cost = 0;            ///< Of moving the tasks.
    std::int64_t compute = 0;         ///< Milli-GPUs of the tasks: what has to go elsewhere.

    /// Whether it promises more: a higher gain a move, lower cost, less to go elsewhere, the lower node.
    [[nodiscard]] bool precedes(const removal_set& other) const noexcept {
        const std::int64_t here = gain * static_cast<std::int64_t>(other.tasks.size());
        const std::int64_t there = other.gain * static_cast<std::int64_t>(tasks.size());
        if (here != there) return here > there;
        if (cost != other.cost) return cost < other.cost;
        if (compute != other.compute) return compute < other.compute;
        if (!(node == other.node)) return node < other.node;
        return tasks < other.tasks;
    }
};

/// Finds the sets of tasks of a node without which it has more places that are short. As what comes to a node never adds
/// places, all that moves gain is gained on nodes that such sets leave.
class removal_search {
  public:
    /// @param moving  tasks where they are now; must outlive this
    /// @param tasks   the same, with their costs
    /// @param goals   what places are worth
    removal_search(const moving_tasks& moving, const std::vector<running_task>& tasks,
                   const std::vector<place_goal>& goals)
        : moving_{moving}, tasks_{tasks}, goals_{goals} {
        for (const place_goal& goal : goals)
            in_order_.push_back(depends_on_order(moving.cluster(), goal.request) ? 1 : 0);
    }

    /// How much more the node may be worth without so many of its tasks, at most: [moves + 1], after list().
    [[nodiscard]] const std::vector<std::int64_t>& most_gains() const noexcept { return most_gains_; }

    /// The sets of a node, those that promise most first, at most 24.
    ///
    /// @param node    the node as it is now
    /// @param here    tasks that are on it
    /// @param moves   tasks of a set, at most
    /// @param cost    of a set, at most
    /// @param budget  sets that are looked at; is spent
    [[nodiscard]] std::vector<removal_set> list(node_id node, std::vector<std::size_t> here, int moves,
                                                std::int64_t cost, search_budget& budget) {
        found_.clear();
        most_gains_.assign(static_cast<std::size_t>(moves) + 1, 0);
        std::erase_if(here, [&](std::size_t task) { return tasks_[task].move_cost > cost; });
        if (moving_[node].closed() || here.empty() || moves == 0) return {};
        std::stable_sort(here.begin(), here.end(), [&](std::size_t a, std::size_t b) { return freed(a) > freed(b); });
        node_ = node;
        here_ = std::move(here);
        sum_up_tasks();
        short_.clear();
        const std::int64_t all = gain_without_all();
        if (all == 0) return {};
        chosen_ = {.node = node};
        budget_ = &budget;
        complete_ = true;
        cost_left_ = cost;
        extend(copy_of(moving_[node]), 0, moves);
        if (!complete_) std::fill(most_gains_.begin() + 1, most_gains_.end(), all);
        std::sort(found_.begin(), found_.end(),
                  [](const removal_set& a, const removal_set& b) { return a.precedes(b); });
        if (found_.size() > most_kept) found_.resize(most_kept);
        return std::move(found_);
    }

  private:
    struct node_copy {
        node_state state;
        std::array<gpu_state, max_gpus_per_node> gpus;
    };
    struct short_goal {
        std::size_t goal;
        std::int64_t now;     // places of the node
        std::int64_t lacking; // in all
        std::int64_t compute; // of GPUs, for one more place beside those of now; 0: not known
        std::int64_t cpu;     // for one more place beside those of now

        /// Whether so much is enough for one more place.
        [[nodiscard]] bool may_gain(std::int64_t compute_free, std::int64_t cpu_free) const noexcept {
            return compute <= compute_free && cpu <= cpu_free;
        }
    };

    [[nodiscard]] static node_copy copy_of(const node_view& node) {
        node_copy copy{};
        copy.state.cpu_free = static_cast<std::int32_t>(node.cpu_free().count());
        copy.state.memory_free = static_cast<std::int32_t>(node.memory_free().count());
        copy.state.closed = node.closed();
        for (int i = 0; i < node.gpu_count(); ++i) copy.gpus[static_cast<std::size_t>(i)] = node.gpu(i);
        sum_up_gpus(copy.state, copy.gpus.data(), node.type().gpus, node.gpu_count());
        return copy;
    }
    [[nodiscard]] node_view view(const node_copy& copy) const noexcept {
        return {node_, moving_.cluster()[node_].type(), copy.state, copy.gpus.data()};
    }
    void remove(node_copy& copy, std::size_t task) const {
        const placed_resources& held = moving_.held(task);
        const node_type& type = moving_.cluster()[node_].type();
        unbook(copy.state, copy.gpus.data(), type, held.cpu, held.memory, held.share, held.gpus, held.slots,
               held.pieces);
        sum_up_gpus(copy.state, copy.gpus.data(), type.gpus, type.gpu_count);
    }
    /// Milli-GPUs that a task holds; of instances, which are counted otherwise by some rules, more than it can be.
    [[nodiscard]] std::int64_t freed(std::size_t task) const noexcept {
        const placed_resources& held = moving_.held(task);
        constexpr std::int64_t more_than_a_gpu_has = 1 << 15;
        const bool amounts = held.share.way() == sharing::slices;
        return held.gpus.size() * (amounts ? held.share.compute().count() : more_than_a_gpu_has);
    }
    void sum_up_tasks() {
        freed_.clear();
        most_cpu_.assign(here_.size(), 0);
        for (const std::size_t task : here_) freed_.push_back(freed(task));
        std::int64_t most = 0;
        for (std::size_t i = here_.size(); i-- > 0;) {
            most = std::max(most, moving_.held(here_[i]).cpu.count());
            most_cpu_[i] = most;
        }
    }
    [[nodiscard]] static std::int64_t compute_free(const node_copy& copy, int gpus) noexcept {
        std::int64_t free = 0;
        for (int i = 0; i < gpus; ++i)
            free += std::max<std::int64_t>(0, copy.gpus[static_cast<std::size_t>(i)].compute_free);
        return free;
    }

    /// Notes the goals that the node without all its tasks has more places for, and what these are worth.
    [[nodiscard]] std::int64_t gain_without_all() {
        node_copy empty = copy_of(moving_[node_]);
        for (const std::size_t task : here_) remove(empty, task);
        std::int64_t gain = 0;
        for (std::size_t g = 0; g < goals_.size(); ++g) {
            const std::int64_t lacking = moving_.shortage(g);
            if (lacking == 0) continue;
            const request& request = goals_[g].request;
            const std::int64_t now = moving_.places(node_, g);
            const std::int64_t most = at_most(view(empty), g);
            if (most <= now) continue;
            const bool amounts = request.gpus > 0 && !in_profiles(request.share.way());
            short_.push_back({g, now, lacking, amounts ? (now + 1) * request.total_compute().count() : 0,
                              (now + 1) * request.cpu.count()});
            gain += goals_[g].weight * std::min(lacking, most - now);
        }
        return gain;
    }
    /// The places for a goal, whatever comes to the node later.
    [[nodiscard]] std::int64_t at_most(const node_view& node, std::size_t goal) const {
        const request& request = goals_[goal].request;
        return in_order_[goal] != 0 ? most_members(node, request, most_places) : places_on(node, request);
    }

    /// Whether the largest tasks from the nth on free enough for one more place of some goal.
    [[nodiscard]] bool may_gain(const node_copy& copy, std::size_t nth, int moves) const {
        std::int64_t compute = compute_free(copy, moving_.cluster()[node_].gpu_count());
        std::int64_t cpu = copy.state.cpu_free;
        for (std::size_t i = nth; i < here_.size() && i < nth + static_cast<std::size_t>(moves); ++i) {
            compute += freed_[i];
            cpu += most_cpu_[nth];
        }
        return std::any_of(short_.begin(), short_.end(),
                           [&](const short_goal& each) { return each.may_gain(compute, cpu); });
    }

    void extend(const node_copy& copy, std::size_t nth, int moves) {
        for (std::size_t i = nth; i < here_.size() && moves > 0 && complete_ && may_gain(copy, i, moves); ++i) {
            const std::int64_t cost = tasks_[here_[i]].move_cost;
            if (cost > cost_left_) continue;
            if (!budget_->spend()) {
                complete_ = false;
                return;
            }
            node_copy without = copy;
            remove(without, here_[i]);
            const std::int64_t compute = tasks_[here_[i]].request.total_compute().count();
            chosen_.tasks.push_back(here_[i]);
            chosen_.cost += cost;
            chosen_.compute += compute;
            cost_left_ -= cost;
            note(without);
            extend(without, i + 1, moves - 1);
            cost_left_ += cost;
            chosen_.compute -= compute;
            chosen_.cost -= cost;
            chosen_.tasks.pop_back();
        }
    }
    /// Keeps the set that is chosen if the node gains without it.
    void note(const node_copy& copy) {
        const node_view without = view(copy);
        const std::int64_t compute = compute_free(copy, without.gpu_count());
        std::int64_t gain = 0;
        std::int64_t most = 0;
        for (const short_goal& each : short_) {
            if (!each.may_gain(compute, copy.state.cpu_free)) continue;
            const std::int64_t weight = goals_[each.goal].weight;
            const std::int64_t places = places_on(without, goals_[each.goal].request);
            gain += weight * std::min(each.lacking, std::max<std::int64_t>(0, places - each.now));
            const std::int64_t bound = in_order_[each.goal] != 0 ? at_most(without, each.goal) : places;
            most += weight * std::min(each.lacking, std::max<std::int64_t>(0, bound - each.now));
        }
        std::int64_t& known = most_gains_[chosen_.tasks.size()];
        known = std::max(known, most);
        if (gain == 0) return;
        chosen_.gain = gain;
        if (found_.size() >= 4 * most_kept) {
            std::nth_element(found_.begin(), found_.begin() + most_kept, found_.end(),
                             [](const removal_set& a, const removal_set& b) { return a.precedes(b); });
            found_.resize(most_kept);
        }
        found_.push_back(chosen_);
    }

    static constexpr std::size_t most_kept = 24;

    const moving_tasks& moving_;
    const std::vector<running_task>& tasks_;
    const std::vector<place_goal>& goals_;
    std::vector<char> in_order_; // [goals]  whether the places depend on what came before
    node_id node_;
    std::vector<std::size_t> here_;      // largest first
    std::vector<std::int64_t> freed_;    // [here_]
    std::vector<std::int64_t> most_cpu_; // [here_]  of a task from there on
    std::vector<short_goal> short_;
    removal_set chosen_;
    search_budget* budget_ = nullptr;
    bool complete_ = true;
    std::int64_t cost_left_ = 0;
    std::vector<removal_set> found_;
    std::vector<std::int64_t> most_gains_; // [moves + 1]
};

} // namespace gpupack::plan::detail
