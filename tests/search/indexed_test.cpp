// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/indexed.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/scheduler.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <type_traits>
#include <utility>
#include <vector>

using namespace gpupack;

static_assert(gpupack::search::engine<gpupack::search::indexed>);

namespace {

/// Counts how often a node is scored.
struct counting {
    std::size_t* scored;

    policy::score operator()(const node_view& node, const request& request) const noexcept {
        ++*scored;
        return policy::worst_fit{}(node, request); // another node each time
    }
};

cluster ten_nodes() {
    return cluster_builder{}.add_nodes(10, {64_cores, 256_GiB, {8, models::t4}}).build().value();
}

} // namespace

TEST(indexed, scores_only_what_changed_since_the_request_class_came_last) {
    std::size_t scored = 0;
    scheduler by{ten_nodes(), counting{&scored}, search::indexed{}};
    const request a{.cpu = 1_cores, .gpus = 1};
    const request b{.cpu = 2_cores, .gpus = 2};
    const auto scored_by = [&](const request& request) {
        const std::size_t before = scored;
        (void)by.try_place(request);
        return scored - before;
    };
    EXPECT_EQ(scored_by(a), 10U); // first contact
    EXPECT_EQ(scored_by(a), 1U);  // the node that a took
    EXPECT_EQ(scored_by(a), 1U);  // not the one before it
    EXPECT_EQ(scored_by(b), 10U);
    EXPECT_EQ(scored_by(b), 1U);
    EXPECT_EQ(scored_by(a), 3U); // that of the last a, and two by b
    const auto placed = by.try_place(b);
    scored = 0;
    by.release(*placed);
    EXPECT_EQ(scored_by(b), 1U); // one node, though it changed twice
}

TEST(indexed, policies_that_look_at_the_whole_cluster_are_searched_by_the_scan) {
    const cluster on = ten_nodes();
    static_assert(
        std::is_same_v<decltype(search::indexed{}.make_searcher<policy::random>(on)), search::scan::searcher>);
    using normalized = policy::normalized_policy<policy::worst_fit>;
    static_assert(std::is_same_v<decltype(search::indexed{}.make_searcher<normalized>(on)), search::scan::searcher>);
    static_assert(
        !std::is_same_v<decltype(search::indexed{}.make_searcher<policy::best_fit>(on)), search::scan::searcher>);
}

TEST(indexed, follows_the_flags_of_a_combination) {
    using combination = policy::then_policy<policy::lookahead, policy::best_fit>;
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster start = history.any_cluster();
        const combination policy = policy::then(policy::lookahead{history.any_mix(start)}, policy::best_fit{});
        static_assert(
            !std::is_same_v<decltype(search::indexed{}.make_searcher<combination>(start)), search::scan::searcher>);
        scheduler indexed{start, policy, search::indexed{}};
        scheduler scanned{start, policy};
        const request some[] = {history.any_request(start), history.any_request(start), history.any_request(start)};
        for (int i = 0; i < 30; ++i) {
            const request& request = some[history.below(3)];
            const auto a = indexed.try_place(request);
            const auto b = scanned.try_place(request);
            RC_ASSERT(a.has_value() == b.has_value());
            if (a) RC_ASSERT((a->node == b->node && a->gpus == b->gpus));
        }
    });
}

TEST(indexed, scores_in_a_dry_run_only_what_changed_and_learns_nothing_by_it) {
    std::size_t scored = 0;
    scheduler by{ten_nodes(), counting{&scored}, search::indexed{}};
    const request a{.cpu = 1_cores, .gpus = 1};
    const request b{.cpu = 2_cores, .gpus = 2};
    const auto scored_by = [&](auto&& call) {
        const std::size_t before = scored;
        (void)call();
        return scored - before;
    };
    EXPECT_EQ(scored_by([&] { return by.choose(a); }), 10U); // not known yet
    EXPECT_EQ(scored_by([&] { return by.choose(a); }), 10U); // and not learnt
    (void)by.place(a);
    (void)by.place(b);
    (void)by.place(b);
    EXPECT_EQ(scored_by([&] { return by.choose(a); }), 3U);
    EXPECT_EQ(scored_by([&] { return by.choose(b); }), 1U);
    EXPECT_EQ(scored_by([&] { return by.choose(b); }), 1U);
    EXPECT_EQ(scored_by([&] { return by.place(a); }), 3U);
}

TEST(indexed, chooses_in_a_dry_run_what_it_would_place) {
    using combination = policy::then_policy<policy::lookahead, policy::best_fit>;
    const auto compare = [](auto& placer, random_history& history, const std::vector<request>& some) {
        std::vector<placement> live;
        for (int i = 0; i < 60; ++i) {
            const request& request = some[history.below(some.size())];
            if (history.below(3) == 0 && !live.empty()) {
                std::swap(live[history.below(live.size())], live.back());
                placer.release(live.back());
                live.pop_back();
            }
            for (const gpupack::request& each : some) {
                const auto dry = std::as_const(placer).choose(each);
                auto copy = placer.cluster();
                const auto scanned = search::scan::searcher{}.find(placer.policy(), {copy, each, 0});
                RC_ASSERT(dry.has_value() == scanned.has_value());
                if (dry) RC_ASSERT(*dry == *scanned);
            }
            if (const auto placed = placer.try_place(request)) live.push_back(*placed);
        }
    };
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster start = history.any_cluster();
        std::vector<request> some;
        for (int i = 0; i < 4; ++i) some.push_back(history.any_request(start));
        scheduler by_flags{start, policy::then(policy::lookahead{history.any_mix(start)}, policy::best_fit{}),
                           search::indexed{}};
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(by_flags.policy())>, combination>);
        compare(by_flags, history, some);
        scheduler few_classes{start, policy::worst_fit{}, search::indexed{.request_classes = 2}};
        compare(few_classes, history, some);
    });
}

TEST(indexed, remembers_no_more_classes_than_it_may_and_answers_alike) {
    scheduler few{ten_nodes(), policy::best_fit{}, search::indexed{.request_classes = 2}};
    scheduler all{ten_nodes(), policy::best_fit{}, search::indexed{}};
    for (int i = 0; i < 300; ++i) {
        const request request{.cpu = milli_cpu{100 * (i * i % 7)}, .gpus = i % 3};
        const auto a = few.try_place(request);
        const auto b = all.try_place(request);
        ASSERT_EQ(a.has_value(), b.has_value());
        if (a) {
            ASSERT_EQ(a->node, b->node);
        }
    }
    EXPECT_TRUE(few.cluster().same_state(all.cluster()));
}
