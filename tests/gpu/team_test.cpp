// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/team.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// Has no once().
struct half_a_team {
    template <class Body> void for_each(std::uint64_t, Body&&) const {}
};

} // namespace

static_assert(gpu::team<gpu::host_team>);
static_assert(!gpu::team<half_a_team>);

TEST(team, calls_each_index_once_on_the_host) {
    std::vector<int> calls(7);
    gpu::host_team{}.for_each(calls.size(), [&](std::uint64_t i) { ++calls[i]; });
    EXPECT_EQ(calls, std::vector<int>(7, 1));
    int once = 0;
    gpu::host_team{}.once([&] { ++once; });
    EXPECT_EQ(once, 1);
}
