// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/joined_policy.hpp>

#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/link_bandwidth.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/weighted_sum.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>

using namespace gpupack;
using policy::operator*, policy::operator+;

namespace {

/// Checks that a combination that visits scores itself chooses as if each candidate were scored alone.
template <class MakePolicy> void expect_scores_of_single_candidates(MakePolicy make_policy) {
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const request request = history.any_request(cluster);
        if (in_profiles(request.share.way()) && request.gpus > 1)
            return; // the policy takes the slots; candidates have the lowest
        const auto policy = make_policy(history.any_mix(cluster));
        const auto scorer = policy::prepare(policy, {cluster, request, 0});
        static_assert(policy::policy_traits<std::remove_const_t<decltype(scorer)>>::visits_scores);
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const node_view node = cluster[node_id{n}];
            if (!fit::fits(node, request)) continue;
            std::optional<decltype(policy::node_score(scorer, node, request))> best;
            fit::for_each_candidate(node, request, [&](const candidate& candidate) {
                const auto offered = scorer(candidate, request);
                if (!best || *best < offered) best = offered;
            });
            RC_ASSERT(policy::node_score(scorer, node, request) == best.value());
        }
    });
}

} // namespace

TEST(joined_policy, visits_the_scores_of_every_candidate) {
    using policy::fragmentation, policy::lookahead;
    expect_scores_of_single_candidates([](const task_mix& mix) { return then(fragmentation{mix}, policy::binpack{}); });
    expect_scores_of_single_candidates([](const task_mix& mix) { return then(policy::binpack{}, fragmentation{mix}); });
    expect_scores_of_single_candidates([](const task_mix& mix) { return then(lookahead{mix}, fragmentation{mix}); });
    expect_scores_of_single_candidates(
        [](const task_mix& mix) { return 0.5 * fragmentation{mix} + 2.0 * policy::gpu_best_fit{}; });
}

TEST(joined_policy, finds_the_part_that_visits_for_both) {
    using policy::find_visiting_part, policy::visiting_part;
    using plain = policy::gpu_best_fit;
    using visiting = policy::fragmentation_scorer;
    static_assert(find_visiting_part<plain, plain>() == visiting_part::neither);
    static_assert(find_visiting_part<visiting, plain>() == visiting_part::first);
    static_assert(find_visiting_part<plain, visiting>() == visiting_part::second);
    static_assert(find_visiting_part<visiting, visiting>() == visiting_part::first);
    static_assert(find_visiting_part<visiting, policy::link_bandwidth>() == visiting_part::neither);
}
