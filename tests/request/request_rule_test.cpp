// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/request_rule.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

constexpr request one_slice(share share) {
    return {.cpu = 2_cores, .gpus = 1, .share = share};
}

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

TEST(request_rule, rules_of_systems_mark_the_shares_that_they_are_for) {
    constexpr share half = slice{.compute = 500_milli};
    constexpr share part = slice{.memory_percent = 50};
    EXPECT_TRUE(share_rule_under(request_rule::compute_alone, half).compute_alone);
    EXPECT_TRUE(share_rule_under(request_rule::compute_alone, exclusive{}).is_plain());
    EXPECT_TRUE(share_rule_under(request_rule::counts_percent, half).is_plain());
    EXPECT_TRUE(share_rule_under(request_rule::counts_percent, part).counts_percent);
    EXPECT_TRUE(share_rule_under(request_rule::double_rounding, half).is_plain());
    EXPECT_TRUE(share_rule_under(request_rule::double_rounding, part).double_rounding);
    EXPECT_TRUE(share_rule_under(request_rule::books_profiles, instance{}).books_profile);
    const request placed = effective_request(request_rule::compute_alone, one_slice(half));
    EXPECT_EQ(placed.share.compute(), half.compute());
    EXPECT_NE(placed, one_slice(half)) << "another class of requests";
}

} // namespace
