// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/checked_request.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

using namespace gpupack;

TEST(checked_request, says_which_amount_is_out_of_its_range) {
    const auto field = [](const request& request) {
        EXPECT_FALSE(is_valid(request));
        return checked(request).error().field;
    };
    const auto part = [](std::int64_t memory, std::int64_t compute) {
        return request{.gpus = 1, .share = slice{mebibytes{memory}, milli_gpu{compute}}};
    };
    EXPECT_EQ(field({.cpu = milli_cpu{-1}}), "cpu");
    EXPECT_EQ(field({.cpu = milli_cpu{max_amount + 1}}), "cpu");
    EXPECT_EQ(field({.memory = mebibytes{-1}}), "memory");
    EXPECT_EQ(field({.gpus = -1}), "gpus");
    EXPECT_EQ(field({.gpus = 33}), "gpus");
    EXPECT_EQ(field(part(-1, 100)), "slice memory");
    EXPECT_EQ(field(part(0, 1001)), "slice compute");
    EXPECT_EQ(field(part(0, -1)), "slice compute");
    EXPECT_EQ(field(part(0, 0)), "slice compute");
    EXPECT_TRUE(checked(part(1, 0)));
    EXPECT_TRUE(checked(part(0, 1000)));
    EXPECT_TRUE(checked({.gpus = 0, .share = slice{}})); // no GPU: the share means nothing
}

TEST(checked_request, refuses_percentages_that_a_byte_would_wrap_into_range) {
    for (const int percent : {101, 256, 306, 512, 65'536 + 50, -1, -206, -256, 2'147'483'647}) {
        const request request{.gpus = 1, .share = slice{.compute = milli_gpu{1}, .memory_percent = percent}};
        EXPECT_FALSE(is_valid(request)) << percent;
        EXPECT_EQ(checked(request).error().field, "slice memory") << percent;
        // A share keeps no more than that of a number that is out of range anyhow.
        EXPECT_EQ(checked(request).error().value, std::to_string(std::min(percent, 200'000)) + " %");
    }
}
