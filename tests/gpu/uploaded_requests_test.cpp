// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/uploaded_requests.hpp>

#include <gpupack/gpu/host_space.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

TEST(uploaded_requests, are_those_that_were_prepared) {
    random_history history{3};
    const cluster cluster = history.used_cluster();
    const std::vector<request> requests{history.any_request(cluster), history.any_request(cluster)};
    gpu::host_space space;
    gpu::resident_cluster resident{space, cluster};
    const auto plain = gpu::upload_requests(resident, cluster, policy::best_fit{}, requests).value();
    ASSERT_EQ(plain.count, 2U);
    EXPECT_EQ(plain.table_bytes, 0U);
    for (std::size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(plain.entries.data()[i].request, requests[i]);
    const policy::fgd fgd{history.any_mix(cluster)};
    EXPECT_GT(gpu::upload_requests(resident, cluster, fgd, requests)->table_bytes, 0U);
}
