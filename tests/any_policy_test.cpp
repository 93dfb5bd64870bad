// SPDX-License-Identifier: Apache-2.0
#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/any_policy.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <type_traits>

using namespace gpupack;

static_assert(std::is_copy_constructible_v<any_policy> && std::is_copy_assignable_v<any_policy>);

TEST(any_policy, finds_what_its_policy_finds) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const policy::fgd fgd{history.any_mix(cluster)};
        const any_policy scanned{fgd};
        const any_policy indexed{fgd, search::indexed{}};
        const any_policy copy = indexed;
        any_searcher searcher = copy.make_searcher(cluster);
        for (int i = 0; i < 4; ++i) {
            const request request = history.any_request(cluster);
            const policy::decision decision{cluster, request, 7};
            const auto expected = search::scan::searcher{}.find(fgd, decision);
            RC_ASSERT(searcher.find(decision) == expected);
            RC_ASSERT(scanned.scan(decision) == expected);
            RC_ASSERT(indexed.scan(decision) == expected);
        }
    });
}

TEST(any_policy, explains_by_the_numbers_of_its_scores_in_the_order_in_which_they_decide) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const request request = history.any_request(cluster);
        const auto policy = policy::then(policy::binpack{}, policy::best_fit{}, policy::first_fit{});
        const policy::decision decision{cluster, request, 0};
        const auto expected = search::explain(policy, decision, 3);
        const auto explained = any_policy{policy}.explain(decision, 3);
        RC_ASSERT(explained.nodes == expected.nodes);
        RC_ASSERT(explained.fitting() == expected.fitting());
        RC_ASSERT(explained.options.size() == expected.options.size());
        for (std::size_t i = 0; i < expected.options.size(); ++i) {
            const auto& score = expected.options[i].score;
            const selection& where = explained.options[i];
            RC_ASSERT(where == expected.options[i]);
            RC_ASSERT(explained.options[i].score == (any_score{score.first, score.second.first, score.second.second}));
        }
    });
}

TEST(any_policy, chooses_gpus_on_a_node_as_its_policy_does) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const request request = history.any_request(cluster);
        const policy::fgd fgd{history.any_mix(cluster)};
        const policy::decision decision{cluster, request, 0};
        const auto choose = any_policy{fgd}.prepare_chooser(decision);
        const auto scorer = policy::prepare(fgd, decision);
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (fit::fits(cluster[node_id{n}], request))
                RC_ASSERT(choose(cluster[node_id{n}], request) ==
                          policy::select_gpus(scorer, cluster[node_id{n}], request));
    });
}

TEST(any_policy, carries_the_rule_of_its_system) {
    EXPECT_EQ(any_policy{policy::first_fit{}}.rule(), request_rule::as_requested);
    const any_policy whole{policy::first_fit{}, search::indexed{}, request_rule::whole_gpus};
    EXPECT_EQ(whole.rule(), request_rule::whole_gpus);
}
