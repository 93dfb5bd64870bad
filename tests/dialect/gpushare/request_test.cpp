// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/gpushare/request.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

TEST(gpushare_request, sums_the_containers_onto_one_gpu) {
    EXPECT_EQ(dialect::gpushare_request({2, 3}).value(), (request{.gpus = 1, .share = slice{.memory = 5_GiB}}));
    EXPECT_EQ(dialect::gpushare_request({100, 0}, 1).value(), (request{.gpus = 1, .share = slice{.memory = 100_MiB}}));
    EXPECT_EQ(dialect::gpushare_request({0, 0}).value(), request{});
    EXPECT_EQ(dialect::gpushare_request({}).value(), request{});
}

TEST(gpushare_request, refuses_amounts_that_no_gpu_has) {
    for (const std::vector<std::int64_t>& containers :
         {std::vector<std::int64_t>{-1}, {5, -3}, {3'000'000}, {2'000'000, 2'000'000}, {INT64_MAX, INT64_MAX}})
        EXPECT_FALSE(dialect::gpushare_request(containers)) << containers.front();
}

} // namespace
