// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/worst_fit.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(worst_fit, weighs_a_milli_gpu_as_a_hundred_milli_cores) {
    for_random_nodes([](const node_view& node, const request& asked) {
        RC_ASSERT(policy::worst_fit{}(node, asked) ==
                  (node.cpu_free() - asked.cpu).count() +
                      100 * (node.compute_free() - asked.total_compute()).count());
    });
}
