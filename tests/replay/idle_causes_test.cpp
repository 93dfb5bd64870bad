// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/idle_causes.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

request slice_of(int milli, int cores = 0) {
    return {.cpu = milli_cpu{1000 * cores}, .gpus = 1, .share = slice{.memory = {}, .compute = milli_gpu{milli}}};
}

cluster one_node(int cores, int gpus) {
    return cluster_builder{}.add_nodes(1, {milli_cpu{1000 * cores}, 8_GiB, {gpus, models::t4}}).build().value();
}

} // namespace

TEST(idle_causes, name_the_first_hurdle_that_no_task_passes) {
    cluster on = one_node(8, 2);
    on.take(node_id{0}, gpu_set::of(0), slice_of(700));
    on.take(node_id{0}, gpu_set::of(1), slice_of(500, 4));
    const auto causes = [&](const std::vector<request>& expected) { return replay::idle_causes_of(on, expected); };
    // 300 and 500 are free, and 4 cores.
    EXPECT_EQ(causes({slice_of(400)}), (replay::idle_causes{.too_small = 300_milli, .fits = 500_milli}));
    EXPECT_EQ(causes({slice_of(400, 5)}), (replay::idle_causes{.too_small = 300_milli, .host_short = 500_milli}));
    EXPECT_EQ(causes({slice_of(300, 5), slice_of(400)}),
              (replay::idle_causes{.host_short = 300_milli, .fits = 500_milli}));
    EXPECT_EQ(causes({{.gpus = 1}}), (replay::idle_causes{.too_small = 800_milli}));
    EXPECT_EQ(causes({}), (replay::idle_causes{.too_small = 800_milli}));
    request of_none = slice_of(300);
    of_none.models = {};
    EXPECT_EQ(causes({of_none}), (replay::idle_causes{.wrong_model = 800_milli}));
    EXPECT_EQ(causes({of_none, slice_of(400, 5)}),
              (replay::idle_causes{.wrong_model = 300_milli, .host_short = 500_milli}));
    EXPECT_EQ(causes({{.memory = 9_GiB, .gpus = 1, .share = slice{.memory = {}, .compute = 100_milli}}}),
              (replay::idle_causes{.host_short = 800_milli}));
}

TEST(idle_causes, a_gpu_serves_a_task_of_several_only_with_the_others) {
    cluster on = one_node(8, 4);
    EXPECT_EQ(replay::idle_causes_of(on, {{.gpus = 4}}), (replay::idle_causes{.fits = 4000_milli}));
    on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_EQ(replay::idle_causes_of(on, {{.gpus = 4}}), (replay::idle_causes{.too_small = 3000_milli}));
    EXPECT_EQ(replay::idle_causes_of(on, {{.gpus = 4}, {.gpus = 2}}), (replay::idle_causes{.fits = 3000_milli}));
}

TEST(idle_causes, what_is_held_unasked_is_named) {
    cluster on = one_node(8, 2);
    on.take(node_id{0}, gpu_set::of(0), {.gpus = 1}, {}, 700_milli);
    EXPECT_EQ(replay::idle_causes_of(on, {{.gpus = 1}}),
              (replay::idle_causes{.fits = 1000_milli, .rounding_overhead = 700_milli}));
}

TEST(idle_causes, sum_to_what_is_idle) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.any_cluster();
        scheduler by{on, policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        for (int i = 0; i < 40; ++i) (void)by.try_place(history.any_request(on));
        std::vector<request> expected;
        for (int i = 0; i < 5; ++i) expected.push_back(history.any_request(on));
        const replay::idle_causes causes = replay::idle_causes_of(by.cluster(), expected);
        RC_ASSERT(causes.total() == on.compute() - replay::served_compute(by.cluster()));
    });
}

TEST(idle_causes, of_the_expected_tasks_only_typical_ones_with_gpus_count) {
    task_mix mix;
    mix.add({.cpu = 1_cores, .memory = 3_GiB, .gpus = 1}, 60);
    mix.add({.cpu = 1_cores}, 35);
    mix.add(slice_of(50), 5);
    const std::vector<request> typical = replay::typical_requests(mix, 95);
    ASSERT_EQ(typical.size(), 1U);
    EXPECT_EQ(typical[0].memory, 3_GiB);
}
