// SPDX-License-Identifier: Apache-2.0
// Every preset that a kernel can be made of, ranked by the kernels' bodies in a host loop: never a difference to the scan.
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/presets.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace gpupack;

namespace {

/// Compares one preset on one cluster; returns how many requests fit, or -1 for one that runs on the host alone.
template <class Policy> int compare(const Policy& by, const cluster& on, const std::vector<request>& requests) {
    if constexpr (!gpu::runs_on_device<Policy>) {
        return -1;
    } else {
        host_space in;
        gpu::resident_cluster<host_space> there{in, on};
        const auto told = gpu::best_nodes(there, on, by, requests);
        if (!told) ADD_FAILURE() << told.error();
        int found = 0;
        for (std::size_t r = 0; r < requests.size(); ++r) {
            const auto expected = search::scan::searcher{}.find(by, {on, requests[r], r});
            const auto& choice = (*told)[r];
            EXPECT_EQ(choice.found(), expected.has_value());
            if (!expected || !choice.found()) continue;
            EXPECT_EQ(selection{choice}, *expected);
            ++found;
        }
        return found;
    }
}

} // namespace

TEST(presets_in_kernels, rank_as_the_scan_does) {
    std::set<std::string> host_only;
    int found = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const task_mix mix = history.any_mix(on);
        std::vector<request> requests;
        for (int i = 0; i < 8; ++i) requests.push_back(history.any_request(on));
        for_each_preset([&](const auto& row) {
            const int here = compare(row.make({mix, seed}), on, requests);
            if (here < 0) host_only.emplace(row.name);
            found += here < 0 ? 0 : here;
            ASSERT_FALSE(testing::Test::HasFailure()) << row.name << ", seed " << seed;
        });
    }
    EXPECT_EQ(host_only, (std::set<std::string>{"aliyun-vgpu", "device-plugin-distributed", "device-plugin-packed",
                                                "gpuallocator", "gpuallocator-binpack", "gpushare", "k8s-exclusive"}));
    EXPECT_GT(found, 10'000);
}
