// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/score_matrix.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/search/scan.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// Checks a matrix against fit tests, scores and the scan, one node and request at a time.
template <class MakePolicy> void expect_the_scans_answers(MakePolicy make_policy) {
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const auto policy = make_policy(history.any_mix(cluster));
        std::vector<request> requests;
        for (int r = 0; r < 4; ++r) requests.push_back(history.any_request(cluster));
        const search::score_matrix matrix{cluster, policy, requests, 7};
        for (std::size_t r = 0; r < requests.size(); ++r) {
            const policy::decision decision{cluster, requests[r], 7 + r};
            const auto scorer = policy::prepare(policy, decision);
            const auto row = static_cast<Eigen::Index>(r);
            using score_type = typename decltype(matrix)::score_type;
            std::vector<ranked_node<score_type>> nodes;
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                const node_view node = cluster[node_id{n}];
                RC_ASSERT(matrix.fits()(row, n) == fit::fits(node, requests[r]));
                if (!matrix.fits()(row, n)) continue;
                nodes.push_back({policy::node_score(scorer, node, requests[r]), node_id{n}});
                RC_ASSERT(matrix.scores()(row, n) == nodes.back().score);
            }
            std::stable_sort(nodes.begin(), nodes.end(),
                             [](const auto& a, const auto& b) { return b.score < a.score; });
            for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{20}}) {
                const auto best = matrix.best(r, count);
                RC_ASSERT(best.size() == std::min(count, nodes.size()));
                RC_ASSERT(std::equal(best.begin(), best.end(), nodes.begin()));
            }
            const auto found = search::scan::searcher{}.find(policy, decision);
            RC_ASSERT(found.has_value() == !nodes.empty());
            if (found) RC_ASSERT(found->node == matrix.best(r, 1).front().node);
        }
    });
}

} // namespace

TEST(score_matrix, is_that_of_the_scan_where_nodes_are_scored_at_once) {
    expect_the_scans_answers([](const task_mix&) { return policy::first_fit{}; });
    expect_the_scans_answers([](const task_mix&) { return policy::best_fit{}; });
    expect_the_scans_answers([](const task_mix&) { return policy::best_fit{{milli_cpu{1000}, milli_gpu{1000}}}; });
    expect_the_scans_answers([](const task_mix&) { return policy::worst_fit{}; });
    expect_the_scans_answers([](const task_mix&) { return policy::binpack{}; });
    expect_the_scans_answers([](const task_mix&) { return policy::binpack{{3, 0, 200}, 2000}; });
    expect_the_scans_answers([](const task_mix&) { return policy::spread{}; });
    expect_the_scans_answers([](const task_mix&) { return policy::spread{{0, 0, 0}, 100}; });
    expect_the_scans_answers(
        [](const task_mix&) { return policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{}); });
}

TEST(score_matrix, is_that_of_the_scan_where_doubles_would_not_be_exact) {
    using wide = policy::worst_fit;
    constexpr wide policy{.cpu_weight = (policy::score{1} << 31) + 1, .compute_weight = 1};
    static_assert(search::has_column_scores<wide>);
    EXPECT_FALSE(search::column_scores<wide>::is_exact(policy));
    expect_the_scans_answers([&](const task_mix&) { return policy; });
}

TEST(score_matrix, is_that_of_the_scan_under_other_policies) {
    static_assert(!search::has_column_scores<policy::fragmentation>);
    expect_the_scans_answers([](const task_mix& mix) { return policy::fragmentation{mix}; });
    expect_the_scans_answers([](const task_mix&) { return policy::normalize(policy::worst_fit{}); });
    expect_the_scans_answers([](const task_mix&) { return policy::random{3}; });
    expect_the_scans_answers([](const task_mix&) { return policy::then(policy::best_fit{}, policy::binpack{}); });
}

TEST(score_matrix, of_no_nodes_or_no_requests_is_empty) {
    const cluster empty = cluster_builder{}.build().value();
    const search::score_matrix matrix{empty, policy::best_fit{}, {{.gpus = 1}}};
    EXPECT_EQ(matrix.scores().rows(), 1);
    EXPECT_EQ(matrix.scores().cols(), 0);
    EXPECT_TRUE(matrix.best(0, 1).empty());
    EXPECT_EQ((search::score_matrix{empty, policy::best_fit{}, std::vector<request>{}}.scores().rows()), 0);
}
