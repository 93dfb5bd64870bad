// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/numa_alignment.hpp>

#include <gpupack/request/checked_request.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

#include <sstream>

using namespace gpupack;

TEST(numa_alignment, is_kept_by_any_policy) {
    scheduler by{cluster_builder{}.add_nodes(1, machines::dgx_h100()).build().value(), policy::first_fit{}};
    ASSERT_TRUE(by.place({.gpus = 2}));
    EXPECT_EQ(by.place({.gpus = 3, .numa = numa_alignment::single})->gpus.bits(), 0x70U); // {4, 5, 6}
    EXPECT_EQ(by.place({.gpus = 2, .numa = numa_alignment::best_effort})->gpus.bits(), 0x0cU);
    ASSERT_TRUE(by.place({.gpus = 1}));
    EXPECT_FALSE(by.place({.gpus = 2}));
}

TEST(numa_alignment, says_when_gpus_lie_too_far_apart) {
    scheduler by{cluster_builder{}.add_nodes(2, machines::dgx_h100()).build().value(), policy::first_fit{}};
    for (int node = 0; node < 2; ++node) {
        ASSERT_TRUE(by.place({.gpus = 3, .numa = numa_alignment::single}));
        ASSERT_TRUE(by.place({.gpus = 3, .numa = numa_alignment::single}));
    }
    const auto refused = by.place({.gpus = 2, .numa = numa_alignment::restricted});
    ASSERT_FALSE(refused);
    std::ostringstream text;
    text << refused.error();
    EXPECT_EQ(text.str(), "0 of 2 nodes: 2 lack enough GPUs on few enough NUMA nodes; nearest: node 0, 1 GPU short");
    EXPECT_TRUE(by.place({.gpus = 2, .numa = numa_alignment::best_effort})); // one here, one there
}

TEST(numa_alignment, is_not_for_split_slices) {
    const request request{.gpus = 2, .share = split_slice{8_GiB}, .numa = numa_alignment::single};
    EXPECT_FALSE(is_valid(request));
    EXPECT_EQ(checked(request).error().field, "numa");
}
