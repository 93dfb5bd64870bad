// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/slice.hpp>

#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/for_all.hpp"
#include "support/gpu_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(slice, fits_where_both_amounts_are_free_on_an_open_gpu) {
    for_all([] {
        gpu_state gpu = idle_with(mebibytes{1000});
        if (*rc::gen::arbitrary<bool>())
            gpu = taking(gpu, slice{mebibytes{*rc::gen::inRange(0, 1001)}, milli_gpu{*rc::gen::inRange(0, 1001)}}, 1);
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

TEST(slice, follows_the_rule_of_its_share) {
    cluster nodes = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {1, models::t4}}).build().value();
    const auto fits = [&](share part) { return fit::fits(nodes[node_id{0}], {.gpus = 1, .share = part}); };
    const auto take = [&](share part) { return nodes.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = part}); };
    const share_rule alone{.compute_alone = true};
    const share small = slice{.memory = 1_GiB, .rule = alone};
    const share all_compute = slice{.memory = 1_GiB, .compute = whole_gpu, .rule = alone};
    const share mutex = slice{.memory = 1_GiB, .rule = {.unshared = true}};

    EXPECT_TRUE(fits(small) && fits(all_compute) && fits(mutex));
    const placement first = take(slice{.memory = 1_GiB, .compute = 0_milli});
    EXPECT_TRUE(fits(small));
    EXPECT_FALSE(fits(all_compute)) << "all the compute wants a GPU with nothing on it";
    EXPECT_FALSE(fits(mutex));
    EXPECT_TRUE(fits(slice{.memory = 1_GiB, .compute = whole_gpu})) << "the plain rule only compares amounts";
    nodes.give_back(first);

    (void)take(all_compute);
    EXPECT_FALSE(fits(small)) << "without compute, it wants a GPU with some left";
    EXPECT_TRUE(fits(slice{.memory = 1_GiB}));
}

TEST(slice, of_all_compute_shares_a_gpu_whose_compute_is_promised_twice) {
    cluster nodes = cluster_builder{}
                        .add_nodes(1, {8_cores, 8_GiB, {1, models::t4, gpu_setup{.compute_percent = 200}}})
                        .build()
                        .value();
    const request all{.gpus = 1,
                      .share = slice{.memory = 1_GiB, .compute = whole_gpu, .rule = {.compute_alone = true}}};
    (void)nodes.take(node_id{0}, gpu_set::of(0), all);
    EXPECT_TRUE(fit::fits(nodes[node_id{0}], all));
}
