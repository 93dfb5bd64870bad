// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/slice.hpp>

#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include "support/for_all.hpp"
#include "support/gpu_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(slice, fits_where_both_amounts_are_free_on_an_open_gpu) {
    for_all([] {
        gpu_state gpu = idle_with(mebibytes{1000});
        if (*rc::gen::arbitrary<bool>())
            gpu =
                taking(gpu, slice{mebibytes{*rc::gen::inRange(0, 1001)}, milli_gpu{*rc::gen::inRange(0, 1001)}}, 1);
        const mebibytes memory{*rc::gen::inRange(0, 1100)};
        const milli_gpu compute{*rc::gen::inRange(0, 1001)};
        RC_ASSERT(fit::slice_fits(gpu, memory, compute) ==
                  (memory.count() <= gpu.memory_free && compute.count() <= gpu.compute_free));
    });
}

TEST(slice, never_joins_a_task_that_has_the_gpu_whole_nor_passes_the_cap_on_sharers) {
    EXPECT_FALSE(fit::slice_fits(taking(idle_with(8_GiB), exclusive{}, 1), 0_MiB, 0_milli));
    gpu_state sharers_at_limit = taking(idle_with(8_GiB), slice{1_MiB, 1_milli}, 1);
    EXPECT_TRUE(fit::slice_fits(sharers_at_limit, 0_MiB, 0_milli));
    sharers_at_limit.sharers_at_limit = true;
    EXPECT_FALSE(fit::slice_fits(sharers_at_limit, 0_MiB, 0_milli));
}

TEST(slice, of_a_percentage_never_fits_where_the_memory_of_the_gpu_is_not_known) {
    const cluster nodes = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, gpu_model{"GB10"}}}).build().value();
    const node_view node = nodes[node_id{0}];
    for (const int percent : {1, 50, 100})
        for (const int gpus : {1, 2}) {
            const request part{.gpus = gpus, .share = slice{.memory_percent = percent}};
            EXPECT_FALSE(fit::fits(node, part));
            EXPECT_FALSE(fit::diagnose(node, part).could_serve);
        }
    EXPECT_TRUE(fit::fits(node, {.gpus = 1, .share = slice{.compute = 100_milli}}));
}
