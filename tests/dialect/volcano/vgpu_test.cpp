// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/volcano/vgpu.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include "support/one_gpu.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace gpupack;

TEST(volcano_vgpu, scores_nodes_as_its_formula_does_on_the_gpus_that_it_picks) { // with the request added
    for_random_nodes([](const node_view& node, const request& request) {
        if (request.gpus == 0) return;
        double sum = 0;
        for_each_gpu(policy::select_gpus(dialect::volcano_vgpu_gpus{}, node, request).gpus, [&](int i) {
            const dialect::gpu_load load = dialect::load_of(node, i, request);
            sum += 100.0 * static_cast<double>(load.used + load.request) / static_cast<double>(load.capacity);
        });
        const double told = static_cast<double>(dialect::volcano_vgpu_node{}(node, request));
        RC_ASSERT(std::abs(told - sum) <= 0.5 + 1e-4);
    });
}

TEST(volcano_vgpu, sums_over_gpus_so_that_more_gpus_score_higher) {
    const cluster on = a100s(4);
    const share part = slice{4000_MiB};
    EXPECT_EQ(dialect::volcano_vgpu_node{}(on[node_id{0}], {.gpus = 1, .share = part}), 10);
    EXPECT_EQ(dialect::volcano_vgpu_node{}(on[node_id{0}], {.gpus = 2, .share = part}), 20);
}

TEST(volcano_vgpu, takes_percent_of_each_gpu_of_its_own) { // Volcano computes it once, for the first GPU
    scheduler by{
        cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {{1, models::a100_40gb}, {1, models::t4}}}).build().value(),
        policy::node_then_gpus(dialect::volcano_vgpu_node{}, dialect::volcano_vgpu_gpus{})};
    ASSERT_TRUE(by.place({.gpus = 2, .share = slice{.memory_percent = 60}}));
    EXPECT_TRUE(by.place({.gpus = 2, .share = slice{.memory_percent = 40}}));
}

TEST(volcano_vgpu, rounds_as_doubles_do) {
    cluster on = cluster_builder{}
                     .add_nodes(1, {1_cores, 1_GiB, {1, gpu_model{.model = name{"A100-40GB"}, .memory = 40960_MiB}}})
                     .build()
                     .value();
    const request part{.gpus = 1, .share = slice{23552_MiB}};
    EXPECT_EQ(dialect::volcano_vgpu_node{}(on[node_id{0}], part), 57) << "57.5 points, of which the double falls short";
}

TEST(volcano_vgpu, takes_the_last_gpus_without_a_policy) {
    cluster on = a100s(4);
    const auto last = [&](const request& request) {
        return policy::select_gpus(dialect::volcano_vgpu_last_gpus{}, on[node_id{0}], request).gpus;
    };
    EXPECT_EQ(last({.gpus = 2, .share = slice{1_GiB}}).bits(), 0b1100U);
    (void)on.take(node_id{0}, gpu_set::of(3), {.gpus = 1});
    EXPECT_EQ(last({.gpus = 2, .share = slice{1_GiB}}).bits(), 0b0110U);
    EXPECT_TRUE(last({.gpus = 4}).empty());
}
