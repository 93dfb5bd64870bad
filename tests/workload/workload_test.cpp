// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/workload.hpp>

#include <gpupack/state/cluster_builder.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(workload, counts_each_member_of_a_gang_in_its_mix) {
    workload::synthetic of{"w", "GPUs", cluster_builder{}.build().value(), {}, 8};
    of.kinds.push_back({"one", {.gpus = 1}, 3, 1});
    of.kinds.push_back({"gang", {.gpus = 8}, 2, 32, 4});
    EXPECT_EQ(of.mix().total(), 3 + 2 * 4);
}
