// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/request_rule.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

constexpr request one_slice(share share) { return {.cpu = 2_cores, .gpus = 1, .share = share}; }

TEST(request_rule, as_requested_places_the_request_itself) {
    constexpr request half = one_slice(slice{.compute = 500_milli});
    EXPECT_EQ(effective_request(request_rule::as_requested, half), half);
    EXPECT_EQ(rounding_overhead(half, half), 0_milli);
}

TEST(request_rule, whole_gpus_rounds_slices_up) {
    constexpr request half = one_slice(slice{.compute = 500_milli});
    constexpr request placed = effective_request(request_rule::whole_gpus, half);
    EXPECT_EQ(placed, one_slice(exclusive{}));
    EXPECT_EQ(rounding_overhead(placed, half), 500_milli);
}

TEST(request_rule, whole_gpus_leaves_other_requests_alone) {
    constexpr request cpu_only{.cpu = 2_cores};
    constexpr request whole = one_slice(exclusive{});
    for (const request& request : {cpu_only, whole}) {
        EXPECT_EQ(effective_request(request_rule::whole_gpus, request), request);
        EXPECT_EQ(rounding_overhead(request, request), 0_milli);
    }
}

} // namespace
