// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/node_choices.hpp>

#include "support/every_choice.hpp"
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
                ASSERT_TRUE(
                    plan::detail::collect_choices(choices, node, request, by_index, slot_choices::all, 1 << 20));
                std::set<std::string> states;
                for (const selection& choice : choices) {
                    ASSERT_TRUE(fit::fits_on(node, request, choice.gpus, choice.slots)) << seed;
                    states.insert(after(node, request, choice, by_index));
                }
                std::set<std::string> all;
                for (const selection& choice : test::every_choice(node, request))
                    all.insert(after(node, request, choice, by_index));
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
