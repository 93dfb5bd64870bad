// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/normalize.hpp>

#include "support/for_all.hpp"
#include "support/policy_parts.hpp"
#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace gpupack;
using policy::score;

TEST(normalize, stretches_the_nodes_that_fit_to_the_full_range) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const auto scorer = policy::normalize(parts::a, 100).prepare({on, request, 0});
        std::vector<score> raw;
        std::vector<score> stretched;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            raw.push_back(parts::a(node, request));
            stretched.push_back(scorer(node, request));
        }
        if (raw.empty()) return;
        const auto [lowest, highest] = std::minmax_element(raw.begin(), raw.end());
        for (std::size_t i = 0; i < raw.size(); ++i)
            RC_ASSERT(stretched[i] == (*lowest == *highest ? 0 : (raw[i] - *lowest) * 100 / (*highest - *lowest)));
    });
}
