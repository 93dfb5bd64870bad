// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/dialect/kueue/detail/balance.hpp>
#include <gpupack/dialect/kueue/detail/domain_choice.hpp>
#include <gpupack/dialect/kueue/detail/domain_counts.hpp>
#include <gpupack/dialect/kueue/detail/plan.hpp>
#include <gpupack/dialect/kueue/pod_set.hpp>
#include <gpupack/dialect/kueue/tree.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

namespace detail {

/// Assigns one pod set: what each domain holds, from the bottom up; then the domains, from the top down.
class kueue_assigner {
  public:
    kueue_assigner(const kueue_tree& tree, const kueue_plan& plan, std::vector<kueue_counts> counts)
        : tree_{tree}, plan_{plan}, counts_{std::move(counts)} {}

    [[nodiscard]] kueue_assignment run() {
        if (plan_.balanced) {
            if (auto balanced = kueue_balancer{tree_, plan_}.find(counts_)) {
                counts_ = std::move(balanced->counts);
                return descend(balanced->level, std::move(balanced->domains), true);
            }
        }
        std::optional<kueue_domains> domains;
        int level = plan_.level;
        for (;; --level) {
            domains = start_at(level);
            if (domains || level == 0 || plan_.required || plan_.anywhere) break;
        }
        if (!domains) return {.verdict = kueue_verdict::no_room, .room = room_};
        return descend(level, *std::move(domains), false);
    }

  private:
    [[nodiscard]] kueue_counts& counts_at(int level) { return counts_[static_cast<std::size_t>(level)]; }
    [[nodiscard]] kueue_chooser chooser_at(int level) { return {counts_at(level), plan_}; }

    /// The domains of a level that hold the set: one, or several on the last level that is tried.
    [[nodiscard]] std::optional<kueue_domains> start_at(int level) {
        const kueue_counts& counts = counts_at(level);
        const kueue_chooser choose = chooser_at(level);
        kueue_domains domains(counts.size());
        std::iota(domains.begin(), domains.end(), std::size_t{0});
        domains = choose.sorted_for_leader(std::move(domains));
        const std::int64_t need = plan_.count / plan_.size;
        const auto is_enough = [&](std::size_t d) {
            return counts[d].led_slices >= need && counts[d].leaders >= plan_.leaders;
        };
        if (plan_.least_free) {
            const auto found = std::find_if(domains.begin(), domains.end(), is_enough);
            if (found != domains.end()) return kueue_domains{*found};
        } else if (is_enough(domains.front())) {
            return kueue_domains{choose.best_fit(domains, 0, need, plan_.leaders, {})};
        }
        room_ = counts[domains.front()].slices;
        if (plan_.required || (level > 0 && !plan_.anywhere)) return std::nullopt;
        return several(choose, counts, std::move(domains), need);
    }

    /// As few domains as Kueue needs for the set: first one for the leader, then the others.
    [[nodiscard]] std::optional<kueue_domains> several(const kueue_chooser& choose, const kueue_counts& counts,
                                                       kueue_domains domains, std::int64_t need) {
        kueue_domains used;
        std::int64_t left = need;
        domains = choose.leader_first(std::move(domains), need, plan_.leaders, {});
        if (plan_.leaders > 0) {
            std::size_t host = domains.front();
            room_ = 0;
            if (counts[host].leaders == 0) return std::nullopt;
            if (!plan_.least_free && counts[host].led_slices >= left)
                host = choose.best_fit(domains, 0, left, plan_.leaders, {});
            used.push_back(host);
            left -= counts[host].led_slices;
            domains.erase(domains.begin());
        }
        domains = choose.sorted(std::move(domains));
        for (std::size_t n = 0; left > 0 && n < domains.size(); ++n) {
            std::size_t chosen = domains[n];
            if (!plan_.least_free && counts[chosen].slices >= left) chosen = choose.best_fit(domains, n, left, 0, {});
            used.push_back(chosen);
            left -= counts[chosen].slices;
        }
        room_ = need - left;
        if (left > 0) return std::nullopt;
        return used;
    }

    /// From the domains of a level to the leaves.
    [[nodiscard]] kueue_assignment descend(int level, kueue_domains domains, bool is_balanced) {
        const int last = tree_.levels() - 1;
        domains = chooser_at(level).give(std::move(domains), plan_.count, plan_.leaders, plan_.size, {});
        // Above the slices, all domains of a level are one pool, unless balanced; within them, each shares out what it was given.
        for (; level < plan_.slice_level && !is_balanced; ++level) {
            kueue_domains lower;
            for (const std::size_t each : domains) append_children(level, each, lower);
            kueue_chooser choose = chooser_at(level + 1);
            domains = choose.give(choose.sorted(std::move(lower)), plan_.count, plan_.leaders, plan_.size, {});
        }
        for (; level < last; ++level) domains = share_out(level, domains);
        return assignment_of(std::move(domains));
    }

    void append_children(int level, std::size_t domain, kueue_domains& children) const {
        const kueue_tree::domain& parent = tree_.level(level)[domain];
        for (std::size_t child = parent.first; child < parent.last; ++child) children.push_back(child);
    }

    /// What each domain of a level was given goes to its own children, in inner slices where there are any.
    [[nodiscard]] kueue_domains share_out(int level, const kueue_domains& domains) {
        const std::int64_t inner =
            level < plan_.slice_level ? plan_.size : plan_.inner[static_cast<std::size_t>(level) + 1];
        const kueue_unit unit{inner > 1};
        const std::int64_t size = unit.is_slice ? inner : 1;
        kueue_chooser choose = chooser_at(level + 1);
        kueue_domains lower;
        for (const std::size_t each : domains) {
            kueue_domains children;
            append_children(level, each, children);
            children = choose.sorted(std::move(children)); // by the outer slices
            for (const std::size_t child : children) {
                kueue_count& count = counts_at(level + 1)[child];
                if (!unit.is_slice) break;
                count.slices = count.pods / size;
                count.led_slices = count.led_pods / size;
            }
            const kueue_count& parent = counts_at(level)[each];
            children = choose.give(std::move(children), parent.pods, parent.leaders, size, unit);
            lower.insert(lower.end(), children.begin(), children.end());
        }
        return lower;
    }

    [[nodiscard]] kueue_assignment assignment_of(kueue_domains leaves) {
        kueue_assignment made{.verdict = kueue_verdict::fits};
        std::sort(leaves.begin(), leaves.end());
        std::int64_t placed = 0;
        for (const std::size_t leaf : leaves) {
            const kueue_count& count = counts_.back()[leaf];
            if (count.leaders > 0) made.leader = leaf;
            if (count.pods > 0) made.pods.push_back({leaf, count.pods});
            placed += count.pods;
        }
        const bool is_whole = placed == plan_.count / plan_.size * plan_.size;
        if (is_whole && made.leader.has_value() == (plan_.leaders > 0)) return made;
        return {.verdict = kueue_verdict::no_room, .room = placed / plan_.size};
    }

    const kueue_tree& tree_;
    const kueue_plan& plan_;
    std::vector<kueue_counts> counts_; // [levels][domains]
    std::int64_t room_ = 0;            // what the level tried last holds
};

} // namespace detail

/// Assigns the pods of a set to the leaves of a topology as Kueue does. Which node and GPUs a pod gets within a leaf is left to
/// kube-scheduler. Of a count that slices do not divide, Kueue assigns the whole slices alone.
///
/// Ties: the domain with the lower values, level by level from the widest.
/// Cost: a sort of the domains of each level; allocates.
/// Source: Kueue's TAS flavor snapshot (docs/sources.md#kueue).
///
/// @param tree   the topology
/// @param free   what each leaf has free; of a leaf that the pods must not use: nothing, and no pods
/// @param set    what is asked for
/// @param gates  Kueue's feature gates
[[nodiscard]] inline kueue_assignment kueue_assign(const kueue_tree& tree, const std::vector<kueue_amounts>& free,
                                                   const kueue_pod_set& set, const kueue_gates& gates = {}) {
    GPUPACK_EXPECTS(free.size() == tree.leaves().size(), "each leaf has something free, or nothing");
    const auto plan = detail::kueue_plan_of(set, tree.levels(), gates);
    if (!plan) return {.verdict = kueue_verdict::bad_request};
    return detail::kueue_assigner{tree, *plan, detail::kueue_count_all(tree, free, set, *plan)}.run();
}

} // namespace gpupack::dialect
