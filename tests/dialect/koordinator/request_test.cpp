// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/koordinator/request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

constexpr share_rule counted{.counts_percent = true};

} // namespace

TEST(koordinator_request, asks_for_parts_or_for_whole_gpus) {
    EXPECT_EQ(dialect::koordinator_request({50, 25}).value(),
              (request{.gpus = 1, .share = slice{.compute = 500_milli, .memory_percent = 25, .rule = counted}}));
    EXPECT_EQ(dialect::koordinator_request({100, 100}).value(), request{.gpus = 1});
    EXPECT_EQ(dialect::koordinator_request({800, 800}).value(), request{.gpus = 8});
    EXPECT_EQ(dialect::koordinator_request({100, 60, 4}).value(),
              (request{.gpus = 4, .share = slice{.compute = 250_milli, .memory_percent = 15, .rule = counted}}));
    EXPECT_EQ(dialect::koordinator_request({0, 200}).value(),
              (request{.gpus = 2, .share = slice{.memory_percent = 100, .rule = counted}}));
}

TEST(koordinator_request, reads_memory_and_rounds_down) {
    const auto mib = dialect::koordinator_request({.core = 25, .shared = 5, .memory = 1003}).value();
    EXPECT_EQ(mib, (request{.gpus = 5, .share = slice{.memory = 200_MiB, .compute = 50_milli, .rule = counted}}));
    EXPECT_EQ(dialect::koordinator_request({.gpu = 50}).value(), dialect::koordinator_request({50, 50}).value());
    EXPECT_EQ(dialect::koordinator_request({.whole = 3}).value(), request{.gpus = 3});
    EXPECT_EQ(dialect::koordinator_split({100, 300}).value(), (dialect::koordinator_demand{3, 33, 100, 0, false}));
}

TEST(koordinator_request, refuses_what_koordinator_refuses) { // 150 is illegal, 200 is two GPUs
    const auto legal = [](const dialect::koordinator_resources& resources) {
        return dialect::koordinator_split(resources).has_value();
    };
    for (const dialect::koordinator_resources& resources : {dialect::koordinator_resources{150, 150},
                                                            {100, 150},
                                                            {50, 50, 3},
                                                            {300, 300, 2},
                                                            {.core = 50},
                                                            {.shared = 2},
                                                            {.memory_ratio = 50, .memory = 100},
                                                            {-1, 5},
                                                            {.gpu = 150},
                                                            {.core = 5, .gpu = 50},
                                                            {.core = 5, .whole = 1}})
        EXPECT_FALSE(legal(resources));
    for (const dialect::koordinator_resources& resources : {dialect::koordinator_resources{3300, 3300}, {200, 100}})
        EXPECT_FALSE(dialect::koordinator_request(resources));
}

TEST(koordinator_request, takes_0_for_not_written) {
    for (const dialect::koordinator_resources& resources :
         {dialect::koordinator_resources{}, {0, 0}, {.shared = 0, .memory = 0}, {.whole = 0}})
        EXPECT_EQ(dialect::koordinator_request(resources).value(), request{}) << "a pod without GPUs";
    const request half = dialect::koordinator_request({50, 50}).value();
    EXPECT_EQ(dialect::koordinator_request({50, 50, 0, 0, 0, 0}).value(), half);
    EXPECT_EQ(dialect::koordinator_request({.shared = 0, .gpu = 50}).value(), half);
    EXPECT_FALSE(dialect::koordinator_request({50, 0})) << "cores without memory";
}
