// SPDX-License-Identifier: Apache-2.0
// Gangs against every way there is to place them: no refusal that is called proven is wrong, and what is planned fits.
// GPUPACK_GANGS=1000000 GPUPACK_GANGS_FROM=0 runs more of them than the few that fit a test.
#include <gpupack/plan/plan_gang.hpp>

#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>

#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

using namespace gpupack;

namespace {

/// Tries every order of the members, every node, every set of GPUs and every slot, on a cluster that is really changed. The
/// only thing that it leaves out are states that it has been in before.
class every_way {
  public:
    every_way(const cluster& cluster, const gang& gang) : cluster_{cluster}, gang_{gang} {
        for (const gang_part& part : gang.parts) left_.push_back(part.count);
    }

    /// Whether there is a way on these nodes; nothing where it takes too long to tell.
    std::optional<bool> exists(const std::vector<node_id>& nodes) {
        nodes_ = nodes;
        seen_.clear();
        on_node_.assign(cluster_.size(), 0);
        const bool found = next();
        if (!found && seen_.size() >= most_states) return std::nullopt;
        return found;
    }

  private:
    bool next() {
        if (std::all_of(left_.begin(), left_.end(), [](int left) { return left == 0; }))
            return std::all_of(nodes_.begin(), nodes_.end(), [&](node_id node) {
                const int members = on_node_[node.number()];
                return members == 0 || (members >= gang_.least_per_node && members <= gang_.most_per_node);
            });
        if (seen_.size() >= most_states || !seen_.insert(key()).second) return false;
        for (std::size_t part = 0; part < left_.size(); ++part)
            for (const node_id node : nodes_)
                if (left_[part] > 0 && fit::fits(cluster_[node], gang_.parts[part].request) && any_choice(part, node)) return true;
        return false;
    }

    bool any_choice(std::size_t part, node_id node) {
        const request& request = gang_.parts[part].request;
        if (request.gpus == 0) return attempt(part, {node, {}, {}});
        std::vector<selection> choices;
        for_each_subset(fit::fitting_gpus(cluster_[node], request), request.gpus, [&](gpu_set gpus) {
            const slot_list lowest = fit::lowest_slots(cluster_[node], gpus, request.share);
            if (fit::fits_on(cluster_[node], request, gpus, lowest)) add_slots(choices, {node, gpus, lowest}, request, 0);
        });
        return std::any_of(choices.begin(), choices.end(), [&](const selection& each) { return attempt(part, each); });
    }

    void add_slots(std::vector<selection>& choices, selection choice, const request& request, int nth) {
        if (!in_profiles(request.share.way()) || nth == request.gpus) return choices.push_back(choice);
        gpu_set rest = choice.gpus;
        for (int i = 0; i < nth; ++i) rest.erase(rest.lowest());
        std::vector<int> free;
        fit::for_each_free_slot(cluster_[choice.node], rest.lowest(), request.share, [&](int slot) { free.push_back(slot); });
        for (const int slot : free) {
            choice.slots.set(nth, slot);
            add_slots(choices, choice, request, nth + 1);
        }
    }

    bool attempt(std::size_t part, const selection& choice) {
        const placement taken = cluster_.take(choice.node, choice.gpus, gang_.parts[part].request, choice.slots);
        --left_[part];
        ++on_node_[choice.node.number()];
        const bool found = next();
        --on_node_[choice.node.number()];
        ++left_[part];
        cluster_.give_back(taken);
        return found;
    }

    std::string key() const {
        std::string text;
        for (const int left : left_) text.append(std::to_string(left)).append(",");
        for (const node_id id : nodes_) {
            const node_view node = cluster_[id];
            text.append(std::to_string(on_node_[id.number()])).append(";");
            for (int i = 0; i < node.gpu_count(); ++i) {
                const gpu_state& gpu = node.gpu(i);
                for (const std::int64_t each : {std::int64_t{gpu.memory_free}, std::int64_t{gpu.compute_free}, std::int64_t{gpu.sharers()},
                                                static_cast<std::int64_t>(gpu.occupied()), static_cast<std::int64_t>(gpu.way)})
                    text.append(std::to_string(each)).append(" ");
            }
            text.append(std::to_string(node.cpu_free().count())).append(" ").append(std::to_string(node.memory_free().count()));
        }
        return text;
    }

    static constexpr std::size_t most_states = 30'000;

    cluster cluster_;
    const gang& gang_;
    std::vector<int> left_;
    std::vector<node_id> nodes_;
    std::vector<int> on_node_;
    std::unordered_set<std::string> seen_;
};

/// Whether there is a way in some domain of the widest level that the gang allows; nothing where it takes too long to tell.
std::optional<bool> exists_somewhere(const cluster& cluster, const gang& gang) {
    every_way ways{cluster, gang};
    const int node_level = static_cast<int>(cluster.domains().levels().size());
    int widest = 0;
    if (gang.required) widest = gang.level == "node" ? node_level : *cluster.domains().level(gang.level);
    std::vector<std::vector<node_id>> groups;
    if (widest == node_level)
        for (std::uint32_t n = 0; n < cluster.size(); ++n) groups.push_back({node_id{n}});
    else
        for (std::uint32_t d = 0; d < cluster.domains().size(); ++d)
            if (cluster.domains()[domain_id{d}].level == widest) {
                const node_range nodes = cluster.nodes_in(domain_id{d});
                groups.emplace_back(nodes.begin(), nodes.end());
            }
    bool known = true;
    for (const auto& nodes : groups) {
        const std::optional<bool> found = ways.exists(nodes);
        if (found.value_or(false)) return true;
        known = known && found.has_value();
    }
    return known ? std::optional{false} : std::nullopt;
}

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

struct tally {
    std::uint64_t planned = 0;
    std::uint64_t proven = 0;
    std::uint64_t cut_short = 0;
    std::uint64_t unknown = 0;
};

void check_gang(const cluster& cluster, const gang& gang, std::uint64_t seed, tally& count) {
    const auto plan = plan::plan_gang(cluster, policy::best_fit{}, gang);
    if (plan) {
        ++count.planned;
        gpupack::cluster copy = cluster;
        std::map<std::uint32_t, int> on_node;
        std::vector<request> requests;
        for (const gang_part& part : gang.parts) requests.insert(requests.end(), static_cast<std::size_t>(part.count), part.request);
        ASSERT_EQ(plan->members.size(), requests.size()) << seed;
        for (const std::size_t member : plan->order) {
            const selection& choice = plan->members[member];
            ASSERT_TRUE(fit::fits_on(copy[choice.node], requests[member], choice.gpus, choice.slots)) << seed;
            (void)copy.take(choice.node, choice.gpus, requests[member], choice.slots);
            ++on_node[choice.node.number()];
        }
        for (const auto& [node, members] : on_node)
            ASSERT_TRUE(members >= gang.least_per_node && members <= gang.most_per_node) << seed;
        return;
    }
    if (!plan.error().proven) {
        ++count.cut_short;
        return;
    }
    ++count.proven;
    const std::optional<bool> exists = exists_somewhere(cluster, gang);
    if (!exists) ++count.unknown;
    ASSERT_FALSE(exists.value_or(false)) << "a false proof, seed " << seed;
    gpupack::gang reversed = gang;
    std::reverse(reversed.parts.begin(), reversed.parts.end());
    const auto again = plan::plan_gang(cluster, policy::first_fit{}, reversed);
    ASSERT_FALSE(again) << seed;
}

} // namespace

TEST(gangs, no_refusal_that_is_proven_is_wrong) {
    const std::uint64_t first = number_from("GPUPACK_GANGS_FROM", 0);
    const std::uint64_t gangs = number_from("GPUPACK_GANGS", 1000);
    tally count;
    for (std::uint64_t seed = first; count.planned + count.proven + count.cut_short < gangs; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        if (cluster.size() > 4) continue;
        for (int i = 0; i < 20; ++i) {
            check_gang(cluster, random_gang(history, cluster, 4), seed, count);
            if (HasFatalFailure()) return;
        }
    }
    RecordProperty("planned", static_cast<int>(count.planned));
    std::printf("planned %llu, proven %llu (%llu not checked), cut short %llu\n", static_cast<unsigned long long>(count.planned),
                static_cast<unsigned long long>(count.proven), static_cast<unsigned long long>(count.unknown),
                static_cast<unsigned long long>(count.cut_short));
    EXPECT_GT(count.planned, gangs / 10);
    EXPECT_GT(count.proven, gangs / 10);
    EXPECT_LT(count.cut_short, gangs / 100);
    EXPECT_LT(count.unknown, gangs / 20);
}
