// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/largest_request.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/fits_somewhere.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace gpupack;
using plan::request_size;

namespace {

/// The request with the size said in words: what resized() should make of it.
request with(request kind, request_size what, std::int64_t size) {
    if (what == request_size::gpus) {
        const auto in_step = [&](std::int64_t amount) {
            std::int64_t grown = amount * size / kind.gpus;
            while (grown * kind.gpus < amount * size) ++grown;
            return grown;
        };
        kind.cpu = milli_cpu{in_step(kind.cpu.count())};
        kind.memory = mebibytes{in_step(kind.memory.count())};
        kind.gpus = static_cast<int>(size);
    }
    if (what == request_size::cpu) kind.cpu = milli_cpu{size};
    if (what == request_size::memory) kind.memory = mebibytes{size};
    if (what == request_size::compute)
        kind.share = slice{.memory = kind.share.memory(), .compute = milli_gpu{size}, .rule = kind.share.rule()};
    if (what == request_size::gpu_memory)
        kind.share = slice{.memory = mebibytes{size},
                           .compute = kind.share.way() == sharing::exclusive ? milli_gpu{} : kind.share.compute(),
                           .rule = kind.share.rule()};
    return kind;
}

} // namespace

// What is found fits where it says, nothing larger fits anywhere, and where nothing is found, nothing fits.
TEST(largest_request, is_the_largest_that_fits) {
    std::array<int, plan::request_size_names.size()> found{};
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request kind = history.any_request(on);
        for (std::size_t w = 0; w < plan::request_size_names.size(); ++w) {
            const auto what = static_cast<request_size>(w);
            const bool of_host = what == request_size::cpu || what == request_size::memory;
            if (kind.gpus == 0 && !of_host) continue;
            if (!of_host && what != request_size::gpus && (in_profiles(kind.share.way()) || kind.share.is_split()))
                continue;
            const auto largest = plan::find_largest(on, kind, what);
            const std::int64_t size = largest ? largest->size : 0;
            if (largest) {
                ASSERT_TRUE(fit::fits(on[largest->node], largest->request)) << seed;
                ASSERT_EQ(largest->request, with(kind, what, size)) << seed;
                ++found[w];
            }
            const std::int64_t beyond = what == request_size::gpus ? max_gpus_per_node : size + 2;
            for (std::int64_t more = size + 1; more <= beyond; ++more)
                ASSERT_FALSE(fits_somewhere(on, with(kind, what, more))) << seed << " " << more << " " << w;
            for (const std::int64_t factor : {2, 3, 10})
                ASSERT_FALSE(fits_somewhere(on, with(kind, what, (size + 1) * factor))) << seed;
        }
    }
    for (const int each : found) EXPECT_GT(each, 100);
}

TEST(largest_request, names_the_lowest_node) {
    scheduler by{cluster_builder{}.add_nodes(3, {16_cores, 64_GiB, {4, models::t4}}).build().value(),
                 policy::best_fit{}};
    (void)by.try_place({.cpu = 2_cores, .gpus = 2});
    const auto gpus = plan::find_largest(by.cluster(), {.cpu = 4_cores, .gpus = 1}, request_size::gpus);
    ASSERT_TRUE(gpus);
    EXPECT_EQ(gpus->size, 4);
    EXPECT_EQ(gpus->request.cpu, 16_cores);
    EXPECT_EQ(gpus->node, node_id{1});
    const auto slices = plan::find_largest(by.cluster(), {.gpus = 1}, request_size::gpu_memory);
    ASSERT_TRUE(slices);
    EXPECT_EQ(slices->node, node_id{0});
    EXPECT_EQ(slices->size, by.cluster()[node_id{0}].gpu(3).memory_free);
    EXPECT_FALSE(plan::find_largest(by.cluster(), {.cpu = 17_cores, .gpus = 1}, request_size::compute));
}
