// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/lookahead_fill.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/scheduler.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::lookahead_fill>);

namespace {

/// The use of the node once the candidate is taken: on a copy of the cluster.
std::int64_t use_after(cluster nodes, const candidate& chosen, const request& request,
                       const policy::opportunity_value_view& use) {
    (void)nodes.take(chosen.node.id(), chosen.gpus, request, chosen.slots);
    return use.of(nodes[chosen.node.id()]);
}

} // namespace

TEST(lookahead_fill, scores_what_a_placement_leaves_of_the_use) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const policy::lookahead_fill by{history.any_mix(on), {.reserve = static_cast<int>(history.number(0, 300))}};
        const request request = history.any_request(on);
        const policy::lookahead_fill_scorer scorer = by.prepare({on, request, 0});
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            std::size_t visited = 0;
            scorer.for_each_score(node, request, [&](policy::score offered, gpu_set gpus, slot_list slots) {
                const candidate chosen{node, gpus, slots};
                const int idle = [&] {
                    int count = 0;
                    for_each_gpu(gpus, [&](int i) { count += is_free_whole(node.gpu(i)) ? 1 : 0; });
                    return count;
                }();
                const std::int64_t kept = scorer.room.taken(scorer.tight, node, request, idle);
                RC_ASSERT(offered == use_after(on, chosen, request, scorer.use) - scorer.use.of(node) -
                                         kept * policy::lookahead_fill_scorer::place);
                RC_ASSERT(offered == scorer(chosen, request));
                ++visited;
            });
            RC_ASSERT(fit::fits(node, request) == (visited > 0));
        }
    });
}

TEST(lookahead_fill, fills_a_gpu_that_little_else_would_fill) {
    task_mix mix;
    mix.add({.gpus = 1, .share = slice{.memory = {}, .compute = 600_milli}}, 8);
    mix.add({.gpus = 1, .share = slice{.memory = {}, .compute = 300_milli}}, 2);
    mix.add({.gpus = 1, .share = slice{.memory = {}, .compute = 100_milli}}, 1);
    scheduler by{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value(),
                 policy::lookahead_fill{mix}};
    const request large{.gpus = 1, .share = slice{.memory = {}, .compute = 600_milli}};
    const request small{.gpus = 1, .share = slice{.memory = {}, .compute = 300_milli}};
    ASSERT_EQ(by.place(large)->gpus.lowest(), 0);
    EXPECT_EQ(by.place(small)->gpus.lowest(), 0); // 400 are left there, of which 600 cannot use any
    EXPECT_EQ(by.place(large)->gpus.lowest(), 1);
}

TEST(lookahead_fill, takes_the_node_with_cores_to_spare_for_what_needs_cores) {
    task_mix mix;
    mix.add({.cpu = 4_cores, .gpus = 1}, 1);
    mix.add({.cpu = 20_cores, .gpus = 1}, 1);
    scheduler by{cluster_builder{}
                     .add_nodes(1, {48_cores, 8_GiB, {8, models::t4}})
                     .add_nodes(1, {96_cores, 8_GiB, {2, models::t4}})
                     .build()
                     .value(),
                 policy::lookahead_fill{mix, {.reserve = 0}}};
    EXPECT_EQ(by.place({.cpu = 20_cores, .gpus = 1})->node, node_id{1});
    EXPECT_EQ(by.place({.cpu = 4_cores, .gpus = 1})->node, node_id{0});
}

TEST(lookahead_fill, keeps_the_last_whole_nodes_for_those_who_need_them) {
    task_mix mix;
    mix.add({.cpu = 8_cores, .gpus = 8}, 1);
    mix.add({.cpu = 1_cores, .gpus = 1}, 4);
    const auto opened = [&](int reserve) {
        cluster on = cluster_builder{}.add_nodes(4, {96_cores, 8_GiB, {8, models::t4}}).build().value();
        (void)on.take(node_id{3}, gpu_set::of(0), {.cpu = 1_cores, .gpus = 1});
        scheduler by{std::move(on), policy::lookahead_fill{mix, {.reserve = reserve}}};
        for (int i = 0; i < 4; ++i) (void)by.place({.cpu = 1_cores, .gpus = 1});
        std::uint32_t used = 0;
        for (std::uint32_t n = 0; n < 4; ++n) used += by.cluster()[node_id{n}].idle_gpus() < 8 ? 1U : 0U;
        return used;
    };
    EXPECT_EQ(opened(150), 1U);
    EXPECT_GT(opened(0), 1U);
}

TEST(lookahead_fill, compares_by_what_it_is_made_from) {
    task_mix mix;
    mix.add({.gpus = 1}, 1);
    const policy::lookahead_fill made{mix};
    const policy::lookahead_fill copy = made;
    EXPECT_TRUE(made == copy);
    EXPECT_FALSE((made == policy::lookahead_fill{mix, {.offers = 3}}));
}
