// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kai/place_soon.hpp>

#include <gpupack/dialect/kai/request.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/random_questions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

request half() {
    return dialect::kai_request({.fraction = "0.5"}).value();
}

TEST(kai_place_soon, is_the_preset_while_nothing_leaves) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        if (request.numa != numa_alignment::none || request.share.is_split()) return;
        const dialect::kai_node nodes{policy::strategy::binpack};
        const auto told =
            search::explain(policy::node_then_gpus(nodes, dialect::kai_gpus{}), {on, request, 0}, on.size());
        const auto options = dialect::kai_options(on, request, nodes);
        RC_ASSERT(options.size() == told.options.size());
        for (const auto& option : told.options)
            for (const auto& each : options)
                if (each.choice.node == option.node) {
                    RC_ASSERT(!each.waits);
                    RC_ASSERT(each.score == option.score + 100 * dialect::kai_point);
                }
    });
}

TEST(kai_place_soon, waits_on_the_node_that_packs_best_unless_another_starts_the_task) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {1, models::t4}}).build().value();
    const placement old = on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_TRUE(on.take(node_id{1}, gpu_set::of(0), {.gpus = 1}).node == node_id{1});
    EXPECT_FALSE(dialect::kai_place_soon(on, {.gpus = 1}));
    ASSERT_EQ(on.set_leaving(old), refusal::none);
    const auto soon = dialect::kai_place_soon(on, {.gpus = 1});
    ASSERT_TRUE(soon);
    EXPECT_EQ(soon->choice.node, node_id{0});
    EXPECT_TRUE(soon->waits);
}

TEST(kai_place_soon, starts_a_task_elsewhere_before_it_waits) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {1, models::t4}}).build().value();
    ASSERT_EQ(on.set_leaving(on.take(node_id{0}, gpu_set::of(0), {.gpus = 1})), refusal::none);
    const auto soon = dialect::kai_place_soon(on, {.gpus = 1});
    ASSERT_TRUE(soon);
    EXPECT_EQ(soon->choice.node, node_id{1});
    EXPECT_FALSE(soon->waits);
}

TEST(kai_place_soon, joins_what_stays_on_a_shared_gpu_and_opens_one_that_all_leave) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    ASSERT_EQ(on.set_leaving(on.take(node_id{0}, gpu_set::of(0), half())), refusal::none);
    (void)on.take(node_id{0}, gpu_set::of(1), half());
    const placement goes = on.take(node_id{0}, gpu_set::of(1), half());
    ASSERT_EQ(on.set_leaving(goes), refusal::none);
    const auto soon = dialect::kai_place_soon(on, half());
    ASSERT_TRUE(soon);
    EXPECT_EQ(soon->choice.gpus, gpu_set::of(1)); // it is shared still, and has room soon
    EXPECT_TRUE(soon->waits);
    EXPECT_EQ(soon->score, (1000 + 100 + 9) * dialect::kai_point);
}

} // namespace
