// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/slice.hpp>

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
