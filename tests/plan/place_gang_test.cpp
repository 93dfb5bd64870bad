// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/place_gang.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>

#include "support/for_all.hpp"
#include "support/random_gang.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// A failure between members, wherever it comes, leaves everything as it was; a success can be given back whole.
TEST(place_gang, is_never_partial) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}, search::indexed{}};
        (void)history.play(by, 20);
        const cluster before = by.cluster();
        const gang wanted = random_gang(history, by.cluster(), 6);
        const auto fails_at = static_cast<std::size_t>(history.below(8));
        std::size_t next_member = 0;
        const auto placed = plan::place_gang(by, wanted, [&](std::size_t member, const placement&) {
            RC_ASSERT(member == next_member++);
            return member != fails_at;
        });
        if (placed) {
            RC_ASSERT(placed->members.size() == static_cast<std::size_t>(wanted.members()));
            RC_ASSERT(by.cluster().live_placements() == before.live_placements() + placed->members.size());
            plan::release_gang(by, *placed);
        }
        RC_ASSERT(by.cluster().same_state(before));
        RC_ASSERT(by.cluster().live_placements() == before.live_placements());
        // The engine has noticed what came and went: it decides as a fresh one does.
        const request next = history.any_request(by.cluster());
        scheduler fresh{by.cluster(), policy::best_fit{}};
        const auto a = by.try_place(next);
        const auto b = fresh.try_place(next);
        RC_ASSERT(a.has_value() == b.has_value());
        if (a) RC_ASSERT((a->node == b->node && a->gpus == b->gpus));
    });
}

// What a split slice or an instance finds depends on who came first, and the largest are seated first.
TEST(place_gang, takes_members_in_the_order_in_which_they_were_assigned) {
    int planned = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_history history{seed};
        scheduler scheduler{history.any_cluster(), policy::best_fit{}, search::indexed{}};
        (void)history.play(scheduler, 20);
        const gang gang = random_gang(history, scheduler.cluster(), 6);
        if (!plan::plan_gang(scheduler.cluster(), policy::best_fit{}, gang)) continue;
        ++planned;
        const auto placed = plan::place_gang(scheduler, gang);
        ASSERT_TRUE(placed) << seed;
        plan::release_gang(scheduler, *placed);
    }
    EXPECT_GT(planned, 50);
}

TEST(place_gang, says_whom_the_caller_refused) {
    scheduler by{random_history{3, true}.any_cluster(), policy::best_fit{}};
    const auto refused = plan::place_gang(by, gang{.parts = {{{.cpu = milli_cpu{100}}, 3}}},
                                          [](std::size_t member, const placement&) { return member != 1; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().refused_member, 1U);
    EXPECT_FALSE(refused.error().proven);
    EXPECT_EQ(refused.error().message(), "the caller refused member 1 of 3");
    EXPECT_EQ(by.cluster().live_placements(), 0U);
}

TEST(place_gang, places_what_the_rule_says) {
    scheduler by{random_history{3, true}.any_cluster(), policy::best_fit{}, search::indexed{},
                 request_rule::whole_gpus};
    const auto placed = plan::place_gang(by, gang{.parts = {{{.gpus = 1, .share = slice{.compute = 500_milli}}, 1}}});
    ASSERT_TRUE(placed);
    EXPECT_EQ(by.cluster()[placed->members[0].node].gpu(placed->members[0].gpus.lowest()).way, sharing::exclusive);
    EXPECT_EQ(by.cluster().rounding_overhead(), 500_milli);
}
