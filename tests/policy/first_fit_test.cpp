// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/first_fit.hpp>

#include <gpupack/scheduler.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::first_fit>);

TEST(first_fit, takes_the_lowest_node_that_fits_and_its_lowest_gpus) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::first_fit{}};
        const request request = history.any_request(by.cluster());
        const cluster before = by.cluster();
        const auto placed = by.try_place(request);
        for (std::uint32_t n = 0; n < before.size(); ++n) {
            if (!fit::fits(before[node_id{n}], request)) continue;
            RC_ASSERT(placed.has_value());
            RC_ASSERT(placed->node == node_id{n});
            RC_ASSERT(placed->gpus == fit::lowest_gpus(before[node_id{n}], request));
            return;
        }
        RC_ASSERT(!placed);
    });
}
