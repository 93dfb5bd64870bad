// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/replay/detail/held_pieces.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What it costs to end some tasks; compared in this order.
using victim_cost = std::pair<std::int64_t, std::int64_t>;

/// Lets every task end that may, whoever else does.
struct end_any {
    [[nodiscard]] bool operator()(const std::vector<std::size_t>&, std::size_t) const noexcept { return true; }
};

/// Chooses tasks of lower priority that make room for a request, or for the members of a gang one after the other.
///
/// On each node the tasks that cost least are taken out until the request fits, then those that need not go are put back;
/// the node is taken that costs least, ties to the lower one. A gang ends as a whole.
/// Cost: linear in the tasks that run, for each member.
/// @tparam Info   info(slot): whether the task may be ended, and its request as it is placed
/// @tparam Allow  allow(chosen, slot): whether it may be ended after the slots that are chosen
template <class Info, class Allow = end_any> class victim_search {
  public:
    victim_search(const cluster& cluster, const running_tasks& running, const request& request, victim_rule rule,
                  std::int64_t now, const Info& info, const Allow& allow)
        : cluster_{cluster}, running_{running}, request_{request}, rule_{rule}, now_{now}, allow_{allow},
          on_node_(cluster.size()) {
        for (std::size_t slot = 0; slot < running.slots(); ++slot) {
            if (running[slot].members.empty()) continue;
            const auto [may_end, placed] = info(slot);
            if (!may_end) continue;
            requests_.emplace(slot, placed);
            for (const placement& member : running[slot].members)
                if (on_node_[member.node.number()].empty() || on_node_[member.node.number()].back() != slot)
                    on_node_[member.node.number()].push_back(slot);
        }
    }

    /// The victims in the order in which they are chosen; none where no choice makes room.
    [[nodiscard]] std::vector<std::size_t> find(int members) {
        for (int m = 0; m < members; ++m)
            if (!make_room_for_one()) return {};
        return chosen_;
    }

  private:
    struct option {
        std::uint32_t node;
        victim_cost cost;
        std::vector<std::size_t> victims;
    };

    [[nodiscard]] std::int64_t gpus_of(std::size_t slot) const {
        std::int64_t milli = requests_.at(slot)->total_compute().count();
        if (milli == 0) milli = requests_.at(slot)->gpus * 1000;
        return milli * static_cast<std::int64_t>(running_[slot].members.size());
    }

    /// What a task costs alone; the cheapest is taken out first.
    [[nodiscard]] victim_cost cost_of(std::size_t slot) const {
        const std::int64_t age = now_ - running_[slot].start;
        const std::int64_t gpus = gpus_of(slot);
        if (rule_ == victim_rule::newest) return {age, gpus};
        if (rule_ == victim_rule::fewest_gpus) return {gpus, age};
        if (rule_ == victim_rule::fewest_victims) return {-gpus, age};
        return {gpus * age, gpus};
    }

    /// What several tasks cost together.
    [[nodiscard]] victim_cost cost_of(const std::vector<std::size_t>& slots) const {
        victim_cost all{};
        for (const std::size_t slot : slots) {
            const victim_cost each = cost_of(slot);
            if (rule_ == victim_rule::newest)
                all.first = std::max(all.first, each.first);
            else if (rule_ == victim_rule::fewest_victims)
                ++all.first;
            else
                all.first += each.first;
            all.second += gpus_of(slot);
        }
        return all;
    }

    [[nodiscard]] node_copy copy_of(std::uint32_t node) const {
        const auto found = copies_.find(node);
        return found == copies_.end() ? node_copy{cluster_.node_at(node)} : found->second;
    }

    template <class Change> void for_each_member(std::size_t slot, std::uint32_t node, const Change& change) const {
        for (const placement& member : running_[slot].members) {
            if (member.node.number() != node) continue;
            const request* const placed = requests_.at(slot);
            change({0, 0, 0, placed, member.gpus, member.slots, true, held_pieces(cluster_, member, *placed)});
        }
    }

    /// The cheapest victims on a node; none where they would not make room.
    [[nodiscard]] std::optional<option> option_on(std::uint32_t node) const {
        node_copy copy = copy_of(node);
        option choice{node, {}, {}};
        if (fit::fits(copy.view(), request_)) return choice;
        if (!fit::fits(fit::idle_node{cluster_.node_at(node).type(), cluster_.id_at(node)}.view(), request_))
            return std::nullopt;
        std::vector<std::size_t> order;
        for (const std::size_t slot : on_node_[node])
            if (!victims_.contains(slot)) order.push_back(slot);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return cost_of(a) < cost_of(b); });
        std::vector<std::size_t> chosen = chosen_;
        for (const std::size_t slot : order) {
            if (!allow_(chosen, slot)) continue;
            chosen.push_back(slot);
            for_each_member(slot, node, [&](const booking& each) { copy.remove(each); });
            choice.victims.push_back(slot);
            if (!fit::fits(copy.view(), request_)) continue;
            put_back(choice.victims, node, copy);
            choice.cost = cost_of(choice.victims);
            return choice;
        }
        return std::nullopt;
    }

    /// Puts back those that need not go, the dearest first.
    void put_back(std::vector<std::size_t>& victims, std::uint32_t node, node_copy& copy) const {
        for (std::size_t i = victims.size(); i-- > 0;) {
            node_copy with = copy;
            for_each_member(victims[i], node, [&](const booking& each) { with.add(each); });
            if (!fit::fits(with.view(), request_)) continue;
            copy = with;
            victims.erase(victims.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    bool make_room_for_one() {
        std::optional<option> best;
        for (std::uint32_t node = 0; node < on_node_.size(); ++node) {
            if (on_node_[node].empty() && !copies_.contains(node) && !fit::fits(cluster_.node_at(node), request_))
                continue;
            auto choice = option_on(node);
            if (choice && (!best || choice->cost < best->cost)) best = std::move(choice);
        }
        if (!best) return false;
        for (const std::size_t slot : best->victims) {
            victims_.insert(slot);
            chosen_.push_back(slot);
            std::set<std::uint32_t> nodes;
            for (const placement& member : running_[slot].members) nodes.insert(member.node.number());
            for (const std::uint32_t node : nodes) {
                node_copy copy = copy_of(node);
                for_each_member(slot, node, [&](const booking& each) { copy.remove(each); });
                copies_.insert_or_assign(node, copy);
            }
        }
        node_copy copy = copy_of(best->node);
        const gpu_set gpus = fit::lowest_gpus(copy.view(), request_);
        copy.add({0, 0, 0, &request_, gpus, fit::lowest_slots(copy.view(), gpus, request_.share), false, {}});
        copies_.insert_or_assign(best->node, copy);
        return true;
    }

    const cluster& cluster_;
    const running_tasks& running_;
    const request& request_;
    victim_rule rule_;
    std::int64_t now_;
    const Allow& allow_;
    std::vector<std::vector<std::size_t>> on_node_; // [nodes]  slots of tasks that may be ended
    std::map<std::size_t, const request*> requests_;
    std::map<std::uint32_t, node_copy> copies_; // nodes as they would be
    std::set<std::size_t> victims_;
    std::vector<std::size_t> chosen_; // the same, as they were chosen
};

/// The slots of the tasks to end for a request, or for the members of a gang; none where that makes no room.
template <class Info>
[[nodiscard]] std::vector<std::size_t> choose_victims(const cluster& cluster, const running_tasks& running,
                                                      const request& request, int members, victim_rule rule,
                                                      std::int64_t now, const Info& info) {
    const end_any any;
    auto victims = victim_search<Info>{cluster, running, request, rule, now, info, any}.find(members);
    std::sort(victims.begin(), victims.end());
    return victims;
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
