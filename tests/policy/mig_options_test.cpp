// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/mig_options.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::mig_options>);

TEST(mig_options, keeps_the_places_that_are_wanted) {
    const auto where = [](const std::vector<std::pair<const char*, int>>& mix,
                          const std::vector<const char*>& request) {
        return placed_in_order(policy::mig_options{mix_of(mix)}, 1, request);
    };
    EXPECT_EQ(where({{"4g.20gb", 1}}, {"1g.5gb"}), "0@4"); // beyond what the 4g needs
    EXPECT_EQ(where({{"2g.10gb", 1}}, {"1g.5gb"}), "0@6"); // no 2g starts there
    EXPECT_EQ(where({{"2g.10gb", 1}, {"3g.20gb", 3}}, {"1g.5gb", "3g.20gb"}), "0@6 0@0");
}

TEST(mig_options, fills_a_used_gpu_before_it_opens_an_idle_one) {
    EXPECT_EQ(placed_in_order(policy::mig_options{mix_of({{"7g.40gb", 1}})}, 2, {"1g.5gb", "1g.5gb", "7g.40gb"}),
              "0@0 0@1 1@0");
}
