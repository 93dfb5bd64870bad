// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kueue/detail/domain_choice.hpp>
#include <gpupack/dialect/kueue/detail/domain_counts.hpp>
#include <gpupack/dialect/kueue/detail/plan.hpp>
#include <gpupack/dialect/kueue/tree.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// Domains that share a set evenly, with the counts from which the way down goes on.
struct kueue_balanced {
    int level = 0;
    kueue_domains domains{};
    std::vector<kueue_counts> counts{};
};

/// What taking domains in order of size comes to.
struct kueue_greedy {
    std::int64_t domains = 0;          // how many it takes
    std::optional<std::size_t> host{}; // of the leader
    std::optional<std::size_t> last{}; // the last without a leader
};

/// Spreads a set over as few domains as it needs, each with as many slices as the smallest can have (TASBalancedPlacement).
class kueue_balancer {
  public:
    kueue_balancer(const kueue_tree& tree, const kueue_plan& plan)
        : tree_{tree}, plan_{plan}, need_{plan.count / plan.size} {}

    /// The domains; nothing where no balance is possible.
    [[nodiscard]] std::optional<kueue_balanced> find(const std::vector<kueue_counts>& counts) const {
        kueue_balanced best;
        std::int64_t most = 0; // slices that each domain has at least
        std::int64_t fewest = 0;
        if (need_ == 0) return std::nullopt;
        for (const kueue_domains& siblings : groups()) {
            const kueue_domains lower = plan_.level < plan_.slice_level ? children_of(plan_.level, siblings) : siblings;
            const auto greedy = take(counts, plan_.level < plan_.slice_level ? plan_.level + 1 : plan_.level, lower);
            if (!greedy) continue;
            const auto [threshold, reserved] = thresholds(counts, *greedy);
            for (const std::int64_t each : {threshold, reserved}) {
                if (each < most || (each != threshold && each <= 0)) break;
                std::vector<kueue_counts> kept = counts;
                prune(kept, siblings, each);
                const auto fit = take(kept, plan_.level, siblings);
                if (!fit) {
                    if (reserved >= threshold) break;
                    continue;
                }
                if (each > most || (each == most && fit->domains < fewest)) {
                    most = each;
                    fewest = fit->domains;
                    best = {plan_.level, siblings, std::move(kept)};
                }
                break;
            }
        }
        if (most == 0 || !place(best, most)) return std::nullopt;
        return best;
    }

  private:
    [[nodiscard]] kueue_chooser chooser_at(std::vector<kueue_counts>& counts, int level) const {
        return {counts[static_cast<std::size_t>(level)], plan_};
    }

    /// Domains of the level among which balance is looked for: those with one parent.
    [[nodiscard]] std::vector<kueue_domains> groups() const {
        std::vector<kueue_domains> groups;
        if (plan_.level == 0) {
            kueue_domains& all = groups.emplace_back(tree_.level(0).size());
            std::iota(all.begin(), all.end(), std::size_t{0});
            return groups;
        }
        for (std::size_t parent = 0; parent < tree_.level(plan_.level - 1).size(); ++parent)
            groups.push_back(children_of(plan_.level - 1, {parent}));
        return groups;
    }

    [[nodiscard]] kueue_domains children_of(int level, const kueue_domains& domains) const {
        kueue_domains children;
        for (const std::size_t each : domains) {
            const kueue_tree::domain& parent = tree_.level(level)[each];
            for (std::size_t child = parent.first; child < parent.last; ++child) children.push_back(child);
        }
        return children;
    }

    /// Takes domains, the largest first, until the set fits; nothing where it does not.
    [[nodiscard]] std::optional<kueue_greedy> take(const std::vector<kueue_counts>& counts, int level,
                                                   kueue_domains domains) const {
        kueue_counts row = counts[static_cast<std::size_t>(level)];
        const kueue_chooser choose{row, plan_};
        kueue_greedy greedy;
        std::int64_t left = need_;
        if (plan_.leaders > 0) {
            domains = choose.sorted_for_leader(std::move(domains));
            if (domains.empty() || row[domains.front()].leaders == 0) return std::nullopt;
            greedy = {1, domains.front(), {}};
            left -= row[domains.front()].led_slices;
            domains.erase(domains.begin());
        }
        for (const std::size_t each : choose.sorted(std::move(domains))) {
            if (left <= 0 || row[each].slices == 0) break;
            ++greedy.domains;
            greedy.last = each;
            left -= row[each].slices;
        }
        if (left > 0) return std::nullopt;
        return greedy;
    }

    /// The most slices that each domain can have, and the same where the last one is to take the leader.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> thresholds(const std::vector<kueue_counts>& counts,
                                                                   const kueue_greedy& greedy) const {
        const int level = plan_.level < plan_.slice_level ? plan_.level + 1 : plan_.level;
        const kueue_counts& row = counts[static_cast<std::size_t>(level)];
        std::int64_t threshold = need_ / greedy.domains;
        if (greedy.host) threshold = std::min(threshold, row[*greedy.host].led_slices);
        if (greedy.last) threshold = std::min(threshold, row[*greedy.last].slices);
        std::int64_t reserved = threshold;
        if (greedy.host && greedy.last) reserved = std::min(threshold, row[*greedy.last].led_slices);
        return {threshold, reserved};
    }

    /// Empties the domains, and those below them, that hold less than a threshold.
    void prune(std::vector<kueue_counts>& counts, const kueue_domains& domains, std::int64_t threshold) const {
        for (const std::size_t child : children_of_leafless(domains))
            prune_one(counts, plan_.level + 1, child, threshold);
        for (const std::size_t each : domains) {
            recount(counts, plan_.level, each);
            prune_one(counts, plan_.level, each, threshold);
        }
    }

    [[nodiscard]] kueue_domains children_of_leafless(const kueue_domains& domains) const {
        return plan_.level + 1 < tree_.levels() ? children_of(plan_.level, domains) : kueue_domains{};
    }

    void prune_one(std::vector<kueue_counts>& counts, int level, std::size_t domain, std::int64_t threshold) const {
        const kueue_count& count = counts[static_cast<std::size_t>(level)][domain];
        if (count.slices < threshold)
            clear(counts, level, domain, false);
        else if (plan_.leaders > 0 && count.leaders > 0 && count.led_slices < threshold)
            clear(counts, level, domain, true);
    }

    /// Takes from a domain and all below it what they hold, or the leader alone.
    void clear(std::vector<kueue_counts>& counts, int level, std::size_t domain, bool leader_only) const {
        kueue_count& count = counts[static_cast<std::size_t>(level)][domain];
        count = leader_only ? kueue_count{.pods = count.pods, .slices = count.slices} : kueue_count{};
        if (level + 1 == tree_.levels()) return;
        for (const std::size_t child : children_of(level, {domain})) clear(counts, level + 1, child, leader_only);
    }

    /// Sums up again what a domain holds; inner layers of slices do not count here.
    void recount(std::vector<kueue_counts>& counts, int level, std::size_t domain) const {
        kueue_count& count = counts[static_cast<std::size_t>(level)][domain];
        if (level + 1 < tree_.levels()) {
            const kueue_tree::domain& parent = tree_.level(level)[domain];
            for (std::size_t child = parent.first; child < parent.last; ++child) recount(counts, level + 1, child);
            count = kueue_sum(counts[static_cast<std::size_t>(level) + 1], parent.first, parent.last, plan_, 0);
        }
        if (level == plan_.slice_level) kueue_cut(count, plan_);
    }

    /// Chooses the domains, and gives each its slices.
    [[nodiscard]] bool place(kueue_balanced& balanced, std::int64_t threshold) const {
        if (plan_.level < plan_.slice_level) {
            const auto chosen = fewest(balanced, by_evenness(balanced));
            if (!chosen) return false;
            balanced.domains = children_of(balanced.level, *chosen);
            ++balanced.level;
        }
        std::sort(balanced.domains.begin(), balanced.domains.end());
        auto chosen = fewest(balanced, balanced.domains);
        if (!chosen) return false;
        std::int64_t extra = need_ - static_cast<std::int64_t>(chosen->size()) * threshold;
        if (extra < 0) return false;
        kueue_counts& row = balanced.counts[static_cast<std::size_t>(balanced.level)];
        balanced.domains = chooser_at(balanced.counts, balanced.level).sorted_for_leader(*std::move(chosen));
        int leaders = plan_.leaders;
        for (const std::size_t each : balanced.domains) {
            kueue_count& count = row[each];
            const std::int64_t room = leaders > 0 ? count.led_slices : count.slices;
            const std::int64_t more = leaders > 0 || extra > 0 ? std::min(room - threshold, extra) : 0;
            const std::int64_t slices = threshold + more;
            const std::int64_t pods = slices * plan_.size;
            count = {
                .pods = pods, .slices = slices, .led_pods = pods - leaders, .led_slices = slices, .leaders = leaders};
            leaders = 0;
            extra -= more;
        }
        return extra <= 0;
    }

    /// The domains in the order in which they are tried: the largest first, of these the one whose children are the most alike.
    [[nodiscard]] kueue_domains by_evenness(const kueue_balanced& balanced) const {
        const kueue_counts& row = balanced.counts[static_cast<std::size_t>(balanced.level)];
        const kueue_counts& below = balanced.counts[static_cast<std::size_t>(balanced.level) + 1];
        std::vector<std::tuple<int, std::int64_t, double, std::size_t>> keys;
        for (const std::size_t each : balanced.domains) {
            std::vector<std::int64_t> pods;
            for (const std::size_t child : children_of(balanced.level, {each})) pods.push_back(below[child].pods);
            keys.emplace_back(-row[each].leaders, -row[each].led_slices, -entropy(std::move(pods)), each);
        }
        std::sort(keys.begin(), keys.end());
        kueue_domains domains;
        for (const auto& each : keys) domains.push_back(std::get<3>(each));
        return domains;
    }

    /// Of shares, in bits. They are added in order of size: Kueue adds them in no order.
    [[nodiscard]] static double entropy(std::vector<std::int64_t> pods) {
        std::sort(pods.begin(), pods.end());
        const auto total = static_cast<double>(std::accumulate(pods.begin(), pods.end(), std::int64_t{0}));
        double sum = 0;
        for (const std::int64_t each : pods) {
            const double part = each > 0 ? static_cast<double>(each) / total : 0;
            if (part > 0) sum += -part * std::log2(part);
        }
        return sum;
    }

    /// As many domains as taking the largest first needs, but those that leave the least over; of equals, the first found.
    [[nodiscard]] std::optional<kueue_domains> fewest(const kueue_balanced& balanced,
                                                      const kueue_domains& domains) const {
        const auto greedy = take(balanced.counts, balanced.level, domains);
        if (!greedy) return std::nullopt;
        const kueue_counts& row = balanced.counts[static_cast<std::size_t>(balanced.level)];
        // [domains used], by leaders and pods that are left
        using left_over = std::pair<int, std::int64_t>;
        std::vector<std::map<left_over, kueue_domains>> ways(static_cast<std::size_t>(greedy->domains) + 1);
        ways[0][{plan_.leaders, need_ * plan_.size}] = {};
        for (const std::size_t each : domains) {
            for (std::size_t used = ways.size() - 1; used > 0; --used) {
                for (const auto& [left, way] : ways[used - 1]) {
                    const auto [leaders, pods] = left;
                    if (leaders <= 0 && pods <= 0) continue;
                    kueue_domains longer = way;
                    longer.push_back(each);
                    const kueue_count& count = row[each];
                    if (leaders > 0 && count.leaders > 0)
                        ways[used].try_emplace({leaders - count.leaders, pods - count.led_pods}, longer);
                    if (count.slices > 0) ways[used].try_emplace({leaders, pods - count.pods}, longer);
                }
            }
        }
        auto found = ways.back().upper_bound({0, 0});
        if (found == ways.back().begin() || (--found)->first.first != 0) return std::nullopt;
        return found->second;
    }

    const kueue_tree& tree_;
    const kueue_plan& plan_;
    std::int64_t need_; // slices
};

} // namespace gpupack::dialect::detail
