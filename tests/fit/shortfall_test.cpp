// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/shortfall.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/fit/why_not.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(shortfall, is_nothing_exactly_where_the_request_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            const fit::reason why = fit::why_not(node, request);
            if (why == fit::reason::closed || why == fit::reason::model || why == fit::reason::gpu_count ||
                why == fit::reason::unshareable || why == fit::reason::selector)
                continue;
            const fit::shortfall lack = fit::shortfall_of(node, request);
            RC_ASSERT((fit::distance(lack, request) == 0) == (why == fit::reason::none));
            RC_ASSERT(lack.node == node.id());
        }
    });
}

TEST(shortfall, is_measured_on_the_gpus_that_are_nearest) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {3, models::t4}}).build().value();
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    (void)on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{0_MiB, 900_milli}});
    (void)on.take(node_id{0}, gpu_set::of(2), {.gpus = 1, .share = slice{0_MiB, 700_milli}});
    const node_view node = on[node_id{0}];
    const auto lack = [&](int gpus, milli_gpu compute) {
        return fit::shortfall_of(node, {.cpu = 10_cores, .gpus = gpus, .share = slice{0_MiB, compute}});
    };
    EXPECT_EQ(lack(1, 400_milli).compute, 100_milli); // GPU 2 has 300
    EXPECT_EQ(lack(2, 400_milli).compute, 300_milli); // and then GPU 1, which has 100
    EXPECT_EQ(lack(3, 400_milli).gpus, 1);            // GPU 0 is not open to slices
    EXPECT_EQ(lack(1, 400_milli).cpu, 2_cores);
    EXPECT_EQ(fit::shortfall_of(node, {.gpus = 2}).gpus, 2);
}
