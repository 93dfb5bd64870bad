// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/score.hpp>

#include <rapidcheck.h>

#include <cmath>

/// Calls body(node, request) for the nodes of random clusters that the request fits; plain as for random_history.
template <class Body> void for_random_nodes(Body body, bool plain = false) {
    for_all([&](std::uint64_t seed) {
        random_history history{seed, plain};
        const gpupack::cluster on = history.used_cluster();
        const gpupack::request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n)
            if (gpupack::fit::fits(on[gpupack::node_id{n}], request)) body(on[gpupack::node_id{n}], request);
    });
}

/// Calls body(candidate, request) for the candidates on those nodes.
template <class Body> void for_random_candidates(Body body) {
    for_random_nodes([&](const gpupack::node_view& node, const gpupack::request& request) {
        gpupack::fit::for_each_candidate(node, request,
                                         [&](const gpupack::candidate& chosen) { body(chosen, request); });
    });
}

/// The number of an amount, for formulas in floating point.
double number(auto amount) {
    return static_cast<double>(amount.count());
}

/// Equal, or one apart where the exact value is so near a whole number that doubles cannot tell.
inline void assert_truncated(gpupack::policy::score ours, double real) {
    const bool near_whole = std::abs(real - std::round(real)) < 1e-9;
    RC_ASSERT((ours == static_cast<gpupack::policy::score>(real) ||
               (near_whole && std::abs(static_cast<double>(ours) - real) < 1.5)));
}
