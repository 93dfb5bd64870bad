// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/koordinator/scorers.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include "support/one_gpu.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(koordinator, packs_and_spreads_by_what_is_really_used) { // Koordinator swaps total and free in one place
    cluster on = a100s(4);
    const auto part = [](int percent) {
        return request{.gpus = 1, .share = slice{.memory_percent = percent, .rule = {.counts_percent = true}}};
    };
    (void)on.take(node_id{0}, gpu_set::of(1), part(20));
    (void)on.take(node_id{0}, gpu_set::of(2), part(60));
    (void)on.take(node_id{0}, gpu_set::of(3), part(40));
    const auto pick = [&](policy::strategy lean, int percent) {
        return policy::select_gpus(dialect::koordinator_gpus{lean}, on[node_id{0}], part(percent)).gpus.lowest();
    };
    EXPECT_EQ(pick(policy::strategy::binpack, 30), 2);
    EXPECT_EQ(pick(policy::strategy::binpack, 50), 3);
    EXPECT_EQ(pick(policy::strategy::spread, 30), 0);
}

TEST(koordinator, adds_the_amount_of_one_gpu_once_a_node) {
    const cluster on = a100s(4);
    const dialect::koordinator_node by{policy::strategy::binpack};
    EXPECT_EQ(by(on[node_id{0}], {.gpus = 1}), 12) << "25 % of gpu-memory-ratio, and of gpu-memory nothing";
    EXPECT_EQ(by(on[node_id{0}], {.gpus = 4}), 12);
    const dialect::koordinator_node before{policy::strategy::binpack, dialect::koordinator_weights::memory};
    EXPECT_EQ(before(on[node_id{0}], {.gpus = 4}), 25) << "by the weights of before July 2025";
}

TEST(koordinator, stays_within_a_hundred) {
    for_random_nodes([](const node_view& node, const request& request) {
        if (request.gpus == 0) return;
        const auto most = dialect::koordinator_node{policy::strategy::binpack}(node, request);
        const auto least = dialect::koordinator_node{policy::strategy::spread}(node, request);
        RC_ASSERT((most >= 0 && most <= 100 && least >= 0 && least <= 100));
        RC_ASSERT((most + least <= 100 && most + least >= 97)); // two scores and their mean, each rounded down
    });
}
