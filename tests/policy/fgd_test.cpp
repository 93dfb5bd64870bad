// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/fgd.hpp>

#include "support/for_all.hpp"
#include "support/float_fgd.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::fgd>);

TEST(fgd, is_the_sigmoid_cut_to_a_whole_score) { // near-equals tie, and the first GPU wins
    task_mix expected;
    expected.add({.cpu = 1_cores, .gpus = 1}, 7);
    const policy::fgd policy{expected};
    const cluster on = cluster_builder{}.build().value();
    const request nothing;
    const auto scorer = policy.prepare({on, nothing, 0});
    for (std::int64_t fall = -7 * 9000; fall <= 7 * 9000; ++fall) { // every fall, in sevenths of a milli-GPU
        const double real = 100.0 / (1.0 + std::exp(-static_cast<double>(fall) / 7 / 1000));
        if (std::abs(real - std::round(real)) < 1e-9) continue; // doubles cannot tell
        ASSERT_EQ(scorer.rounded(fall), static_cast<policy::score>(real)) << fall;
    }
    EXPECT_EQ(scorer.rounded(0), 50);
    EXPECT_EQ(scorer.rounded(-1), 49);
}

TEST(fgd, agrees_with_floating_point_but_for_its_rounding_errors) {
    for_all([](std::uint64_t seed) {
        random_history history{seed, true};
        // The published model: compute alone, one model a node.
        const cluster on = cluster_builder{}
                               .add_nodes(3, {milli_cpu{history.number(1, 33) * 1000}, 1_GiB, {8, models::t4}})
                               .add_nodes(3, {milli_cpu{history.number(1, 33) * 1000}, 1_GiB, {4, models::p100}})
                               .build()
                               .value();
        const auto published = [&] {
            request request = history.any_request(on);
            request.memory = mebibytes{0};
            if (request.share.way() == sharing::slices) request.share = slice{mebibytes{0}, request.share.compute()};
            if (request.gpus > 1) request.share = exclusive{};
            return request;
        };
        task_mix expected;
        for (int i = 0; i < 6; ++i) expected.add(published(), history.number(1, 50));
        cluster used = on;
        for (int i = 0; i < 12; ++i) {
            const request request = published();
            const node_id id{static_cast<std::uint32_t>(history.below(on.size()))};
            if (fit::fits(used[id], request)) (void)used.take(id, fit::lowest_gpus(used[id], request), request);
        }
        const request request = published();
        const policy::fgd exact{expected};
        const auto scorer = exact.prepare({used, request, 0});
        const float_fgd oracle{expected, expected.total()};
        for (std::uint32_t n = 0; n < used.size(); ++n)
            fit::for_each_candidate(used[node_id{n}], request, [&](const candidate& chosen) {
                const double fall =
                    static_cast<double>(scorer.exact(chosen, request)) / static_cast<double>(expected.total());
                RC_ASSERT(std::abs(oracle.fall(chosen, request) - fall) < 1e-6);
                const double real = 100.0 / (1.0 + std::exp(-fall / 1000));
                if (std::abs(real - std::round(real)) > 1e-9)
                    RC_ASSERT(scorer(chosen, request) == oracle(chosen, request));
            });
    });
}
