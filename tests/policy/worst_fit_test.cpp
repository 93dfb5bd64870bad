// SPDX-License-Identifier: Apache-2.0
// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/worst_fit.hpp>

#include "support/gpu_parts.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::worst_fit>);

TEST(worst_fit, weighs_a_milli_gpu_as_a_hundred_milli_cores) {
    for_random_nodes([](const node_view& node, const request& request) {
        RC_ASSERT(policy::worst_fit{}(node, request) ==
                  (node.cpu_free() - request.cpu).count() +
                      100 * (plain_part_free(node) - plain_part_wanted(node, request)));
    });
}
