// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/volcano/request.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

constexpr share_rule alone{.compute_alone = true};

TEST(volcano_request, reads_limits_as_volcano_does) {
    const auto share_of = [](const dialect::volcano_limits& limits) {
        return dialect::volcano_request(limits).value().share;
    };
    EXPECT_EQ(dialect::volcano_request({}).value(), request{}) << "asks for no GPU";
    EXPECT_EQ(dialect::volcano_request({{}, 4000}).value().gpus, 1) << "memory alone is one GPU";
    EXPECT_EQ(share_of({1, 4000, {}, 30}), (slice{.memory = 4000_MiB, .compute = 300_milli, .rule = alone}));
    EXPECT_EQ(share_of({2}), (slice{.memory_percent = 100, .rule = alone})) << "no memory written is all of it";
    EXPECT_EQ(share_of({1, 4000, 25}), (slice{.memory_percent = 25, .rule = alone})) << "percent wins";
    EXPECT_EQ(share_of({1, 1000, {}, 100}), (slice{.memory = 1000_MiB, .compute = whole_gpu, .rule = alone}));
}

TEST(volcano_request, refuses_what_no_gpu_can_serve) {
    for (const dialect::volcano_limits& limits :
         {dialect::volcano_limits{33}, {-1}, {1, -5}, {1, {}, 101}, {1, {}, {}, 101}, {1, {}, 0}})
        EXPECT_FALSE(dialect::volcano_request(limits));
}

} // namespace
