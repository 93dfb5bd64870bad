// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/joint_choice.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/rank.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace gpupack;
using plan::detail::joint_choice;

namespace {

bool relations_hold(const std::vector<joint_choice::member>& members, const std::vector<part_relation>& relations,
                    const std::vector<selection>& chosen) {
    std::map<std::size_t, gpu_set> gpus;
    for (std::size_t m = 0; m < members.size(); ++m) gpus[members[m].part] = gpus[members[m].part] | chosen[m].gpus;
    for (const part_relation& each : relations) {
        const gpu_set a = gpus[each.first];
        const gpu_set b = gpus[each.second];
        if (each.kind == gpu_relation::different && !(a & b).empty()) return false;
        if (each.kind == gpu_relation::same && !a.contains(b) && !b.contains(a)) return false;
    }
    return true;
}

/// Tries every order, every set of GPUs and every slot, and asks for the relations at the end.
bool exists(cluster& on, node_id node, const std::vector<joint_choice::member>& members,
            const std::vector<part_relation>& relations, std::vector<selection>& chosen, std::vector<char>& done,
            gpu_set avoided) {
    bool all = true;
    for (std::size_t m = 0; m < members.size(); ++m) {
        if (done[m] != 0) continue;
        all = false;
        if (!fit::fits(on[node], members[m].request)) continue;
        std::vector<selection> choices;
        (void)plan::detail::collect_choices(choices, on[node], members[m].request, true,
                                            plan::detail::slot_choices::all, 1 << 20);
        for (const selection& choice : choices) {
            if (!(choice.gpus & avoided).empty()) continue;
            const placement taken = on.take(node, choice.gpus, members[m].request, choice.slots);
            done[m] = 1;
            chosen[m] = choice;
            const bool found = exists(on, node, members, relations, chosen, done, avoided);
            done[m] = 0;
            on.give_back(taken);
            if (found) return true;
        }
    }
    return all && relations_hold(members, relations, chosen);
}

} // namespace

TEST(joint_choice, finds_a_way_exactly_where_there_is_one) {
    int found = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 700; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        std::vector<joint_choice::member> members;
        const std::size_t parts = 1 + history.below(3);
        for (std::size_t part = 0; part < parts; ++part) {
            request request = history.any_request(on);
            request.cpu = {};
            request.memory = {};
            if (request.gpus == 0 || request.gpus > 2) request.gpus = 1;
            for (std::uint64_t count = 1 + history.below(2); count > 0 && members.size() < 3; --count)
                members.push_back({part, request, [](const node_view& node, const gpupack::request& each) {
                                       return policy::select_gpus(policy::first_fit{}, node, each);
                                   }});
        }
        std::vector<part_relation> relations;
        if (parts > 1) relations.push_back({0, 1, static_cast<gpu_relation>(history.below(3))});
        if (parts > 2) relations.push_back({1, 2, static_cast<gpu_relation>(history.below(3))});
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            if (on[node_id{n}].gpu_count() > 4) continue;
            const gpu_set avoided = history.below(4) == 0 ? gpu_set::of(0) : gpu_set{};
            joint_choice choice{members, relations, avoided};
            plan::detail::search_budget budget{1'000'000};
            const bool chosen = choice.choose(plan::detail::trial_node{on[node_id{n}]}, budget);
            ASSERT_TRUE(budget.is_left());
            cluster copy = on;
            std::vector<selection> empty(members.size());
            std::vector<char> done(members.size(), 0);
            ASSERT_EQ(chosen, exists(copy, node_id{n}, members, relations, empty, done, avoided)) << seed;
            if (!chosen) {
                ++refused;
                continue;
            }
            ++found;
            for (const std::size_t m : choice.order()) {
                const selection& target = choice.chosen()[m];
                ASSERT_TRUE(fit::fits_on(copy[node_id{n}], members[m].request, target.gpus, target.slots)) << seed;
                (void)copy.take(node_id{n}, target.gpus, members[m].request, target.slots);
            }
            ASSERT_TRUE(relations_hold(members, relations, choice.chosen())) << seed;
        }
    }
    EXPECT_GT(found, 100);
    EXPECT_GT(refused, 100);
}
