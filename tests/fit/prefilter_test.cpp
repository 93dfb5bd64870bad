// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/prefilter.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/fit/fitting_gpus.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(prefilter, never_contradicts_a_look_at_each_gpu) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (int i = 0; i < 20; ++i) {
            request request = history.any_request(on);
            if (request.gpus == 0) continue;
            request.numa = numa_alignment::none;
            const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
            const bool suffice = fit::gpus_suffice(node, request, fit::fitting_gpus(node, request));
            const fit::prefilter_result sums = fit::prefilter_gpus(node, request);
            RC_ASSERT((sums != fit::prefilter_result::yes || suffice));
            RC_ASSERT((sums != fit::prefilter_result::no || !suffice));
        }
    });
}

TEST(prefilter, is_certain_where_the_sums_tell) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    EXPECT_EQ(fit::prefilter_gpus(on[node_id{0}], {.gpus = 2}), fit::prefilter_result::yes);
    EXPECT_EQ(fit::prefilter_gpus(on[node_id{0}], {.gpus = 3}), fit::prefilter_result::no);
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{1_GiB, 600_milli}});
    const request half{.gpus = 2, .share = slice{1_GiB, 400_milli}};
    EXPECT_EQ(fit::prefilter_gpus(on[node_id{0}], half), fit::prefilter_result::unclear);
}
