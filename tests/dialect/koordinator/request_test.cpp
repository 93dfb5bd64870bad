// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/koordinator/request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(koordinator_request, asks_for_parts_or_for_whole_gpus) {
    EXPECT_EQ(dialect::koordinator_request({50, 25}).value(), (request{.gpus = 1, .share = slice{{}, 500_milli, 25}}));
    EXPECT_EQ(dialect::koordinator_request({100, 100}).value(), request{.gpus = 1});
    EXPECT_EQ(dialect::koordinator_request({800, 800}).value(), request{.gpus = 8});
    EXPECT_EQ(dialect::koordinator_request({100, 60, 4}).value(), (request{.gpus = 4, .share = slice{{}, 250_milli, 15}}));
    EXPECT_EQ(dialect::koordinator_request({0, 200}).value(), (request{.gpus = 2, .share = slice{.memory_percent = 100}}));
}

TEST(koordinator_request, refuses_what_koordinator_refuses) { // 150 is illegal, 200 is two GPUs
    const auto told = [](const dialect::koordinator_resources& request) {
        return dialect::koordinator_request(request).error().message();
    };
    EXPECT_EQ(told({150, 150}), R"(gpu-core: "150": expected at most 100, or a multiple of 100)");
    EXPECT_EQ(told({100, 150}), R"(gpu-memory-ratio: "150": expected at most 100, or a multiple of 100)");
    EXPECT_EQ(told({50, 50, 3}), R"(gpu-core: "50": expected an amount that the number of GPUs divides)");
    EXPECT_EQ(told({300, 300, 2}), R"(gpu-core: "300": expected at most 100 a GPU)");
    EXPECT_EQ(told({3300, 3300}), R"(gpu-memory-ratio: "3300": expected at most 32 GPUs)");
    EXPECT_EQ(told({0, 0}), R"(gpu-core: "0": expected cores or memory)");
    EXPECT_EQ(told({-1, 5}), R"(gpu-core: "-1": expected 0 or more)");
    EXPECT_EQ(told({5, 5, 33}), R"(gpu.shared: "33": expected from 1 to 32 GPUs)");
}
