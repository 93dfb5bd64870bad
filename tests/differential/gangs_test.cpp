// SPDX-License-Identifier: Apache-2.0
// Gangs against every way there is to place them: no refusal that is called proven is wrong, and what is planned fits.
// GPUPACK_GANGS=1000000 GPUPACK_GANGS_FROM=0 runs more of them than the few that fit a test.
#include <gpupack/plan/plan_gang.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>

#include "support/every_way.hpp"
#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstdio>
#include <map>
#include <optional>
#include <vector>

using namespace gpupack;

namespace {

/// Whether there is a way in some domain of the widest level that the gang allows; nothing where it takes too long to tell.
std::optional<bool> exists_somewhere(const cluster& cluster, const gang& gang) {
    test::every_way ways{cluster, gang};
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
        for (const gang_part& part : gang.parts)
            requests.insert(requests.end(), static_cast<std::size_t>(part.count), part.request);
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
    std::printf("planned %llu, proven %llu (%llu not checked), cut short %llu\n",
                static_cast<unsigned long long>(count.planned), static_cast<unsigned long long>(count.proven),
                static_cast<unsigned long long>(count.unknown), static_cast<unsigned long long>(count.cut_short));
    EXPECT_GT(count.planned, gangs / 10);
    EXPECT_GT(count.proven, gangs / 10);
    EXPECT_LT(count.cut_short, gangs / 100);
    EXPECT_LT(count.unknown, gangs / 20);
}
