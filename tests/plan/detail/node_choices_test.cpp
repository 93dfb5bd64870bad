// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/node_choices.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;
using plan::detail::slot_choices;

namespace {

/// The state after a choice, by its key.
std::string after(const node_view& node, const request& request, const selection& choice, bool by_index) {
    plan::detail::trial_node trial{node};
    trial.take(request, choice.gpus, choice.slots);
    return plan::detail::state_key(trial.view(), by_index);
}

/// Every slot of the nth GPU and of those after it.
void add_all(std::set<std::string>& states, const node_view& node, const request& request, selection choice, int nth,
             bool by_index) {
    if (!in_profiles(request.share.way()) || nth == request.gpus) {
        states.insert(after(node, request, choice, by_index));
        return;
    }
    gpu_set rest = choice.gpus;
    for (int i = 0; i < nth; ++i) rest.erase(rest.lowest());
    fit::for_each_free_slot(node, rest.lowest(), request.share, [&](int slot) {
        choice.slots.set(nth, slot);
        add_all(states, node, request, choice, nth + 1, by_index);
    });
}

} // namespace

// The choices lead to exactly the states that all sets of GPUs and all slots lead to, GPUs that are alike exchanged or not.
TEST(node_choices, lead_to_every_state_there_is) {
    int nodes = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        if (request.gpus == 0 || (in_profiles(request.share.way()) && request.gpus > 2)) continue;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            ++nodes;
            for (const bool by_index : {false, true}) {
                std::vector<selection> choices;
                ASSERT_TRUE(plan::detail::collect_choices(choices, node, request, by_index, slot_choices::all, 1 << 20));
                std::set<std::string> states;
                for (const selection& choice : choices) {
                    ASSERT_TRUE(fit::fits_on(node, request, choice.gpus, choice.slots)) << seed;
                    states.insert(after(node, request, choice, by_index));
                }
                std::set<std::string> all;
                for_each_subset(fit::fitting_gpus(node, request), request.gpus, [&](gpu_set gpus) {
                    const slot_list lowest = fit::lowest_slots(node, gpus, request.share);
                    if (fit::fits_on(node, request, gpus, lowest)) add_all(all, node, request, {node.id(), gpus, lowest}, 0, by_index);
                });
                ASSERT_EQ(states, all) << seed;
            }
        }
    }
    EXPECT_GT(nodes, 500);
}

TEST(node_choices, say_when_there_are_more_than_allowed) {
    random_history history{1};
    const cluster on = cluster_builder{}.add_nodes(1, {.cpu = 8_cores, .gpus = {4, models::t4}}).build().value();
    std::vector<selection> choices;
    EXPECT_FALSE(plan::detail::collect_choices(choices, on[node_id{}], {.gpus = 2}, true, slot_choices::all, 5));
    EXPECT_TRUE(plan::detail::collect_choices(choices, on[node_id{}], {.gpus = 2}, true, slot_choices::all, 6));
    EXPECT_EQ(choices.size(), 6U);
}
