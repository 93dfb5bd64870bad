// SPDX-License-Identifier: Apache-2.0
#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_record.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

/// A few shapes, so that most of them come again and an index has something to remember.
std::vector<request> some_requests(random_history& history, const cluster& cluster) {
    std::vector<request> requests;
    for (int i = 0; i < 6; ++i) requests.push_back(history.any_request(cluster));
    return requests;
}

bool alike(const std::optional<placement>& a, const std::optional<placement>& b) {
    return a.has_value() == b.has_value() && (!a || (a->node == b->node && a->gpus == b->gpus));
}

/// The same random history for a typed scheduler and for an any_scheduler: they never differ.
template <class Policy> void compare(std::uint64_t seed, const Policy& policy, const cluster& cluster,
                                     random_history& history, request_rule rule) {
    scheduler typed{cluster, policy, search::indexed{}, rule};
    any_scheduler any{cluster, any_policy{policy, search::indexed{}, rule}};
    const std::vector<request> requests = some_requests(history, cluster);
    std::vector<std::pair<placement, placement>> live;
    for (int step = 0; step < 80; ++step) {
        const std::uint64_t event = history.below(8);
        if (event == 0) {
            const node_id node{static_cast<std::uint32_t>(history.below(cluster.size()))};
            const bool closed = history.below(2) == 0;
            typed.set_closed(node, closed);
            any.set_closed(node, closed);
        } else if (event < 3 && !live.empty()) {
            std::swap(live[history.below(live.size())], live.back());
            typed.release(live.back().first);
            any.release(live.back().second);
            live.pop_back();
        } else {
            const request& request = requests[history.below(requests.size())];
            const auto chosen = std::as_const(any).choose(request);
            if (history.below(3) == 0) any.learn(request); // changes no decision
            RC_ASSERT(std::as_const(typed).choose(request).has_value() == chosen.has_value());
            if (chosen) RC_ASSERT(*std::as_const(typed).choose(request) == *chosen);
            const auto would_hold =
                chosen ? std::optional{std::as_const(any).resources_for(*chosen, request)} : std::nullopt;
            const auto expected = typed.place(request);
            const auto placed = any.place(request);
            RC_ASSERT(placed.has_value() == expected.has_value());
            RC_ASSERT(chosen.has_value() == expected.has_value());
            if (!placed) {
                RC_ASSERT(placed.error().message() == expected.error().message());
                continue;
            }
            RC_ASSERT((placed->node == expected->node && placed->gpus == expected->gpus));
            RC_ASSERT((chosen->node == placed->node && chosen->gpus == placed->gpus));
            RC_ASSERT(record_of(any.cluster(), *placed) == record_of(any.cluster(), *would_hold));
            live.emplace_back(*expected, *placed);
        }
        RC_ASSERT(any.cluster().same_state(typed.cluster()));
    }
    RC_LOG() << "seed " << seed;
}

} // namespace

TEST(any_scheduler, decides_as_the_scheduler_that_knows_its_types) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.any_cluster();
        compare(seed, policy::fgd{history.any_mix(cluster)}, cluster, history, request_rule::as_requested);
        compare(seed, policy::random{seed}, cluster, history, request_rule::as_requested);
        compare(seed, policy::best_fit{}, cluster, history, request_rule::whole_gpus);
    });
}

TEST(any_scheduler, policies_side_by_side_hear_each_others_changes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.any_cluster();
        const policy::fgd fgd{history.any_mix(cluster)};
        any_scheduler both{cluster, any_policy{fgd, search::indexed{}}, "fgd"};
        const policy_id spread = both.add_policy("spread", any_policy{policy::worst_fit{}, search::indexed{}});
        // Each of these is searched by one policy alone and only told what the other one did.
        scheduler by_fgd{cluster, fgd};
        scheduler by_spread{cluster, policy::worst_fit{}};
        const std::vector<request> requests = some_requests(history, cluster);
        for (int step = 0; step < 60; ++step) {
            const request& request = requests[history.below(requests.size())];
            if (history.below(2) == 0) {
                const auto placed = both.try_place(request);
                const auto expected = by_fgd.try_place(request);
                RC_ASSERT(alike(placed, expected));
                if (placed) (void)by_spread.take(selection{placed->node, placed->gpus, placed->slots}, request);
            } else {
                const auto placed = both.try_place(request, spread);
                const auto expected = by_spread.try_place(request);
                RC_ASSERT(alike(placed, expected));
                if (placed) (void)by_fgd.take(selection{placed->node, placed->gpus, placed->slots}, request);
            }
        }
        RC_ASSERT(both.cluster().same_state(by_fgd.cluster()));
    });
}

TEST(any_scheduler, finds_policies_by_name) {
    const auto cluster = cluster_builder{}.add_nodes(2, {64_cores, 256_GiB, {4, models::t4}}).build().value();
    any_scheduler scheduler{cluster, any_policy{policy::best_fit{}}, "pack"};
    const policy_id spread =
        scheduler.add_policy("spread", any_policy{policy::worst_fit{}, search::scan{}, request_rule::whole_gpus});
    EXPECT_EQ(scheduler.policy_count(), 2U);
    EXPECT_EQ(scheduler.find_policy("pack"), policy_id{});
    EXPECT_EQ(scheduler.find_policy("spread"), spread);
    EXPECT_EQ(scheduler.find_policy("Spread"), std::nullopt);
    EXPECT_EQ(scheduler.name(spread), "spread");
    const request half{.cpu = 1_cores, .gpus = 1, .share = slice{{}, 500_milli}};
    EXPECT_EQ(scheduler.place(half)->node, node_id{0});
    const auto whole = scheduler.place(half, spread);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->node, node_id{1});
    EXPECT_EQ(scheduler.cluster()[node_id{1}].gpu(0).compute_free, 0); // its rule rounds up to a whole GPU
}

TEST(any_scheduler, a_copy_lives_on_its_own) {
    const auto cluster = cluster_builder{}.add_nodes(3, {64_cores, 256_GiB, {2, models::t4}}).build().value();
    any_scheduler original{cluster, any_policy{policy::best_fit{}, search::indexed{}}};
    const request request{.cpu = 1_cores, .gpus = 2};
    ASSERT_TRUE(original.place(request));
    any_scheduler copy = original;
    EXPECT_EQ(copy.place(request)->node, node_id{1});
    EXPECT_EQ(copy.place(request)->node, node_id{2});
    EXPECT_FALSE(copy.place(request));
    EXPECT_EQ(original.place(request)->node, node_id{1});
    original = copy;
    EXPECT_FALSE(original.place(request));
}

TEST(any_scheduler, decides_by_a_new_policy_once_it_is_set) {
    const auto cluster = cluster_builder{}.add_nodes(2, {64_cores, 256_GiB, {4, models::t4}}).build().value();
    any_scheduler scheduler{cluster, any_policy{policy::best_fit{}, search::indexed{}}};
    const request request{.cpu = 1_cores, .gpus = 1};
    EXPECT_EQ(scheduler.place(request)->node, node_id{0});
    scheduler.set_policy(any_policy{policy::worst_fit{}, search::indexed{}});
    EXPECT_EQ(scheduler.place(request)->node, node_id{1});
}

TEST(any_scheduler, explains_without_placing) {
    const auto cluster = cluster_builder{}.add_nodes(2, {64_cores, 256_GiB, {4, models::t4}}).build().value();
    const any_scheduler scheduler{cluster, any_policy{policy::best_fit{}}};
    const auto explained = scheduler.explain({.cpu = 1_cores, .gpus = 1}, 1);
    EXPECT_EQ(explained.fitting(), 2U);
    ASSERT_EQ(explained.options.size(), 1U);
    EXPECT_EQ(explained.options[0].node, node_id{0});
    EXPECT_FALSE(scheduler.choose({.cpu = 1_cores, .gpus = 5}));
    EXPECT_TRUE(scheduler.fits_empty({.gpus = 4}));
    EXPECT_FALSE(scheduler.fits_empty({.gpus = 5}));
}
