// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/default_score.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace gpupack;

TEST(kubernetes, balances_as_its_formula_does) {
    for_random_nodes([](const node_view& node, const request& request) {
        const double cpu = number(node.cpu() - node.cpu_free() + request.cpu) / number(node.cpu());
        const double memory = number(node.memory() - node.memory_free() + request.memory) / number(node.memory());
        const double real = 100 * (1 - std::abs(cpu - memory) / 2);
        const auto told = dialect::kubernetes_balanced{dialect::kubernetes_release::before_1_36}(node, request);
        RC_ASSERT(std::abs(static_cast<double>(told) - std::floor(real)) < 1.5);
        if (std::abs(real - std::round(real)) > 1e-6) RC_ASSERT(told == static_cast<policy::score>(real));
    });
}

TEST(kubernetes, spreads_over_cpu_and_memory_and_overlooks_gpus) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {4, models::t4}}).build().value();
    const request request{.cpu = 1_cores, .memory = 1_GiB, .gpus = 1};
    (void)on.take(node_id{0}, gpu_set::first(3), {.gpus = 3});
    EXPECT_EQ(dialect::kubernetes_default{}(on[node_id{0}], request),
              dialect::kubernetes_default{}(on[node_id{1}], request));
    (void)on.take(node_id{0}, {}, {.cpu = 4_cores});
    EXPECT_EQ(dialect::kubernetes_default{}(on[node_id{0}], request), (37 + 87) / 2 + 75);
    EXPECT_EQ(dialect::kubernetes_default{}(on[node_id{1}], request), 87 + 75);
    const dialect::kubernetes_default before{dialect::kubernetes_release::before_1_36};
    EXPECT_EQ(before(on[node_id{1}], request), 87 + 100);
}

TEST(kubernetes, compares_the_balance_with_the_pod_and_without_it_since_1_36) {
    for_random_nodes([](const node_view& node, const request& request) {
        const dialect::kubernetes_balanced before{dialect::kubernetes_release::before_1_36};
        const auto told = dialect::kubernetes_balanced{}(node, request);
        if (request.cpu == 0_cores && request.memory == 0_MiB)
            RC_ASSERT(told == 0); // the plugin skips it
        else
            RC_ASSERT(told == 50 + (50 + before(node, request) - before(node, gpupack::request{})) / 2);
    });
}
