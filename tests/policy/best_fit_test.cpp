// SPDX-License-Identifier: Apache-2.0
// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/best_fit.hpp>

#include "support/gpu_parts.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::best_fit>);

TEST(best_fit, is_the_weighted_rest_after_the_placement) {
    for_random_nodes([](const node_view& node, const request& request) {
        const double cpu = (number(node.cpu_free()) - number(request.cpu)) / 128000 * 0.5;
        const double gpu = static_cast<double>(plain_part_free(node) - plain_part_wanted(node, request)) / 8000 * 0.5;
        assert_truncated(policy::best_fit{}(node, request), (1 - cpu - gpu) * 100);
    });
}
