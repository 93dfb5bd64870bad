// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/link.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(link, scores_paths_and_nvlinks_as_published) {
    EXPECT_EQ(link_score(pcie_path::cross_cpu), 10);
    EXPECT_EQ(link_score(pcie_path::same_board), 60);
    EXPECT_EQ(link_score(gpu_link{pcie_path::host_bridge, 2}), 230);
    EXPECT_EQ(link_score(gpu_link{pcie_path::same_cpu, 18}), 1820);
}
