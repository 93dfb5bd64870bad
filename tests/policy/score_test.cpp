// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/score.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <utility>

using gpupack::policy::ranked_score;
using gpupack::policy::score;

TEST(score, ranked_scores_compare_as_pairs_do) {
    for_all([] {
        const auto draw = [] { return *rc::gen::inRange<score>(-2, 3); };
        const ranked_score<score, score> a{draw(), draw()};
        const ranked_score<score, score> b{draw(), draw()};
        RC_ASSERT((a < b) == (std::pair{a.first, a.second} < std::pair{b.first, b.second}));
        RC_ASSERT((a == b) == (a.first == b.first && a.second == b.second));
    });
}

TEST(score, is_an_integer_or_ranked_integers) {
    using gpupack::policy::score_like;
    static_assert(score_like<score> && score_like<int> && score_like<ranked_score<score, ranked_score<int, score>>>);
    static_assert(!score_like<double> && !score_like<float> && !score_like<void> && !score_like<unsigned>);
    static_assert(!score_like<ranked_score<score, double>> && !score_like<ranked_score<double, score>>);
}
