// SPDX-License-Identifier: Apache-2.0
// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/dot_product.hpp>

#include "support/gpu_parts.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::dot_product>);

TEST(dot_product, prefers_what_aligns_least) {
    for_random_nodes([](const node_view& node, const request& request) {
        const double dot = number(request.cpu) / 128000 * number(node.cpu_free()) / 128000 +
                           static_cast<double>(plain_part_wanted(node, request)) / 8000 *
                               static_cast<double>(plain_part_free(node)) / 8000;
        // Below 0 it rounds down too, and not towards 0: compared where all is above it.
        constexpr policy::score above = 1'000'000;
        assert_truncated(policy::dot_product{}(node, request) + above,
                         100 * (1 - dot / 2) + static_cast<double>(above));
    });
    // Far beyond the reference machine nothing overflows.
    const cluster huge = cluster_builder{}.add_nodes(1, {milli_cpu{max_amount}, {}, {}}).build().value();
    EXPECT_EQ(policy::dot_product{}(huge[node_id{0}], {.cpu = milli_cpu{max_amount}}), -14073748723);
}
