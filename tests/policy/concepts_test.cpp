// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/concepts.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

struct of_node {
    policy::score operator()(const node_view&, const request&) const { return 0; }
};
struct of_candidate {
    policy::score operator()(const candidate&, const request&) const { return 0; }
};
struct nothing {
    void operator()(const node_view&, const request&) const {}
};
struct not_copyable : of_node {
    not_copyable(const not_copyable&) = delete;
};
struct both_levels {
    of_node node;
    of_candidate gpus;
};

} // namespace

TEST(concepts, tell_the_sorts_of_scorer_apart) {
    static_assert(policy::node_scorer<of_node> && !policy::candidate_scorer<of_node>);
    static_assert(policy::candidate_scorer<of_candidate> && !policy::node_scorer<of_candidate>);
    static_assert(policy::node_then_gpus_scorer<both_levels> && !policy::node_then_gpus_scorer<of_node>);
    static_assert(policy::scorer<of_node> && policy::scorer<of_candidate> && policy::scorer<both_levels>);
    static_assert(!policy::scorer<nothing> && !policy::scorer<not_copyable> && !policy::scorer<int>);
}

TEST(concepts, a_node_scorer_scores_candidates_too_but_not_the_reverse) {
    static_assert(policy::scores<policy::first_fit, node_view> && policy::scores<policy::first_fit, candidate>);
    static_assert(policy::scores<policy::gpu_best_fit, candidate> && !policy::scores<policy::gpu_best_fit, node_view>);
    static_assert(policy::plain_scores<policy::first_fit, candidate>);
    EXPECT_EQ(policy::score_of(policy::first_fit{}, candidate{}, {}), 0);
}
