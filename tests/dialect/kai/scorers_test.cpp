// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kai/scorers.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include "support/one_gpu.hpp"
#include "support/random_questions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(kai, gives_the_densest_node_nine_points_and_the_emptiest_none) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        request request = history.any_request(on);
        request.share = exclusive{}; // no GPU that could be joined
        if (request.gpus == 0) return;
        const auto scorer = dialect::kai_node{policy::strategy::binpack}.prepare({on, request, 0});
        for (std::uint32_t a = 0; a < on.size(); ++a)
            for (std::uint32_t b = 0; b < on.size(); ++b) {
                const node_view one = on[node_id{a}];
                const node_view other = on[node_id{b}];
                if (!fit::fits(one, request) || !fit::fits(other, request)) continue;
                RC_ASSERT((scorer(one, request) >= 0 && scorer(one, request) <= 9 * dialect::kai_point));
                if (dialect::kai_amounts_of(one, request).free < dialect::kai_amounts_of(other, request).free)
                    RC_ASSERT(scorer(one, request) >= scorer(other, request));
            }
    });
}

TEST(kai, joins_a_shared_gpu_before_it_opens_one) {
    scheduler by{cluster_builder{}.add_nodes(3, {8_cores, 8_GiB, {2, models::t4}}).build().value(),
                 policy::node_then_gpus(dialect::kai_node{policy::strategy::spread, true},
                                        dialect::kai_gpus{policy::strategy::binpack})};
    const request half{.gpus = 1, .share = slice{.compute = 500_milli}};
    EXPECT_EQ(by.place(half)->node, node_id{0});
    EXPECT_EQ(by.place(half)->gpus, gpu_set::of(0));
    EXPECT_EQ(by.place(half)->node, node_id{1}); // nothing to join: the emptiest node
}

TEST(kai, keeps_cpu_work_off_nodes_with_gpus) {
    scheduler by{cluster_builder{}
                     .add_nodes(1, {8_cores, 8_GiB, {2, models::t4}})
                     .add_nodes(1, {64_cores, 8_GiB, {}})
                     .build()
                     .value(),
                 dialect::kai_node{policy::strategy::binpack}};
    EXPECT_EQ(by.place({.cpu = 1_cores})->node, node_id{1});
}

TEST(kai, spreads_without_joining_shared_gpus_as_it_is_installed) {
    scheduler by{cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value(),
                 policy::node_then_gpus(dialect::kai_node{policy::strategy::spread},
                                        dialect::kai_gpus{policy::strategy::spread})};
    const request half{.gpus = 1, .share = slice{.memory_percent = 50}};
    EXPECT_EQ(by.place(half)->node, node_id{0});
    EXPECT_EQ(by.place(half)->node, node_id{1}) << "the node with more idle GPUs, although a GPU of the other has room";
}

TEST(kai, counts_whole_idle_gpus_over_all_nodes_and_none_on_nodes_cut_by_mig) {
    cluster on = cluster_builder{}
                     .add_nodes(2, {8_cores, 8_GiB, {4, models::t4}})
                     .add_nodes(1, {8_cores, 8_GiB, {2, models::a100_40gb, gpu_setup{.only = sharing::mig}}})
                     .build()
                     .value();
    const request whole{.gpus = 1};
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory_percent = 10}});
    EXPECT_EQ(dialect::kai_amounts_of(on[node_id{0}], whole).free, 3);
    EXPECT_EQ(dialect::kai_amounts_of(on[node_id{2}], whole).all, 0);
    const auto scorer = dialect::kai_node{}.prepare({on, whole, 0});
    EXPECT_EQ(scorer(on[node_id{0}], whole), 9 * dialect::kai_point);
    EXPECT_EQ(scorer(on[node_id{1}], whole), 0);
    EXPECT_EQ(scorer(on[node_id{2}], whole), 0);
}

TEST(kai, packs_cpu_work_by_a_strategy_of_its_own) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {1, models::t4}}).build().value();
    (void)on.take(node_id{1}, {}, {.cpu = 4_cores});
    const request cpu_work{.cpu = 1_cores};
    const auto best = [&](const dialect::kai_node& by) {
        const auto scorer = by.prepare({on, cpu_work, 0});
        return scorer(on[node_id{0}], cpu_work) > scorer(on[node_id{1}], cpu_work) ? 0 : 1;
    };
    EXPECT_EQ(best({policy::strategy::spread, false, policy::strategy::binpack}), 1);
    EXPECT_EQ(best({policy::strategy::binpack, true, policy::strategy::spread}), 0);
}
