// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/rank_columns.hpp>

#include <gpupack/fit/fits.hpp>
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

TEST(rank_columns, tells_from_sums_whether_a_request_fits) {
    int decided = 0;
    int fitting = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        random_history history{seed};
        cluster cluster = history.used_cluster();
        if (seed % 3 == 0) cluster.set_closed(node_id{0}, true);
        std::vector<std::int32_t> numbers(4 * cluster.size());
        std::vector<std::uint32_t> glance(cluster.size());
        const gpu::detail::sum_columns columns{numbers.data(), numbers.data() + cluster.size(),
                                               numbers.data() + 2 * cluster.size(), glance.data(),
                                               numbers.data() + 3 * cluster.size()};
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            columns.set(n, cluster.row(node_id{n}).state, n + 900);
            ASSERT_EQ(gpu::detail::sum_columns::type(columns.glance[n]), n + 900);
        }
        for (int round = 0; round < 12; ++round) {
            const request request = history.any_request(cluster);
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                bool decides = false;
                const auto least = gpu::detail::type_glance::of(cluster[node_id{n}].type(), request, decides);
                if (!decides) continue;
                const bool fits = gpu::detail::is_for_slices(request)
                                      ? least.fits<true>(columns.cpu[n], columns.memory[n], columns.glance[n],
                                                         columns.slice_memory[n])
                                      : least.fits<false>(columns.cpu[n], columns.memory[n], columns.glance[n],
                                                          columns.slice_memory[n]);
                ASSERT_EQ(fits, fit::fits(cluster[node_id{n}], request)) << seed;
                ++decided;
                fitting += fits ? 1 : 0;
            }
        }
    }
    EXPECT_GT(decided, 3000);
    EXPECT_GT(fitting, 500);
}

TEST(rank_columns, finds_what_the_scan_finds) {
    int ranked = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        host_space space;
        gpu::resident_cluster resident{space, cluster};
        const policy::binpack binpack{.points = seed % 2 == 0 ? 100 : 10};
        for (int round = 0; round < 4; ++round) {
            std::vector<request> requests{history.any_request(cluster)};
            if (round % 2 == 0)
                requests.push_back({.gpus = 1, .share = slice{.memory = {}, .compute = milli_gpu{300}}});
            const auto found = gpu::detail::rank_by_sums(resident, cluster, binpack, requests, 0);
            if (!found) continue;
            ++ranked;
            const auto expected = search::scan::searcher{}.find(binpack, {cluster, requests.front()});
            ASSERT_EQ(found->front().found(), expected.has_value()) << seed;
            if (!expected) continue;
            ASSERT_EQ(found->front().node, expected->node) << seed;
            ASSERT_EQ(found->front().score, binpack(cluster[expected->node], requests.front()));
        }
    }
    EXPECT_GT(ranked, 200);
}
