// Every way to combine, against the same arithmetic done by hand on random nodes.
#include "support/random_history.hpp"

#include <gpupack/core/math.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/policy/weighted_sum.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace gpupack;
using policy::score;

namespace {

constexpr policy::best_fit a{};
constexpr policy::binpack b{};
constexpr policy::gpu_best_fit g{};

/// Calls body(candidate, request) for candidates of random clusters.
template <class Body> void for_random_candidates(Body body) {
    rc::check([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request asked = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n)
            fit::for_each_candidate(on[node_id{n}], asked, [&](const candidate& chosen) { body(chosen, asked); });
    });
}

} // namespace

TEST(weighted_sum, is_exact_in_thousandths) {
    const auto sum = 0.7 * a + 0.3 * b;
    const auto mixed = -1.5 * a + 2.0 * g; // a node's score and a candidate's
    for_random_candidates([&](const candidate& chosen, const request& asked) {
        RC_ASSERT(sum(chosen.node, asked) == 700 * a(chosen.node, asked) + 300 * b(chosen.node, asked));
        RC_ASSERT(mixed(chosen, asked) == -1500 * a(chosen.node, asked) + 2000 * g(chosen, asked));
    });
    static_assert(policy::node_scorer<decltype(sum)> && !policy::node_scorer<decltype(mixed)>);
    EXPECT_EQ((0.0004 * a).thousandths, 0);
    EXPECT_EQ((0.0005 * a).thousandths, 1);
    EXPECT_DEATH((void)(1001.0 * a), "a weight from -1000 to 1000");
}

TEST(then, lets_the_second_decide_only_among_equals) {
    const auto order = policy::then(a, b, g);
    for_random_candidates([&](const candidate& chosen, const request& asked) {
        const auto told = order(chosen, asked);
        RC_ASSERT(told.first == a(chosen.node, asked));
        RC_ASSERT(told.second.first == b(chosen.node, asked));
        RC_ASSERT(told.second.second == g(chosen, asked));
    });
}

TEST(quantize, rounds_down_also_below_zero) {
    const auto coarse = policy::quantize(g, 300); // g is never above 0
    for_random_candidates([&](const candidate& chosen, const request& asked) {
        RC_ASSERT(coarse(chosen, asked) == floor_divide(g(chosen, asked), 300));
    });
    EXPECT_DEATH((void)policy::quantize(a, 0), "a step above 0");
}

TEST(normalize, stretches_the_nodes_that_fit_to_the_full_range) {
    rc::check([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request asked = history.any_request(on);
        const auto scorer = policy::normalize(a, 100).prepare({on, asked, 0});
        std::vector<score> raw;
        std::vector<score> stretched;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, asked)) continue;
            raw.push_back(a(node, asked));
            stretched.push_back(scorer(node, asked));
        }
        if (raw.empty()) return;
        const auto [lowest, highest] = std::minmax_element(raw.begin(), raw.end());
        for (std::size_t i = 0; i < raw.size(); ++i)
            RC_ASSERT(stretched[i] ==
                      (*lowest == *highest ? 0 : (raw[i] - *lowest) * 100 / (*highest - *lowest)));
    });
}

TEST(two_level, chooses_the_node_by_one_and_the_gpus_by_the_other) {
    const auto levels = policy::two_level(a, g);
    rc::check([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request asked = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, asked)) continue;
            RC_ASSERT(policy::rank(levels, node, asked) == a(node, asked));
            RC_ASSERT(policy::pick(levels, node, asked) == policy::pick(g, node, asked));
        }
    });
}
