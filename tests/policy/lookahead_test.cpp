// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/lookahead.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::lookahead>);

namespace {

policy::lookahead::options any_options(random_history& history, const cluster& nodes) {
    return {.cpu_scarcity = static_cast<int>(history.below(3)) * 200,
            .tasks_leave = history.below(2) == 0,
            .memories = policy::gpu_memories::of(nodes.models())};
}

} // namespace

TEST(lookahead, scores_candidates_alike_one_by_one_and_together) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster nodes = history.used_cluster();
        const policy::lookahead by{history.any_mix(nodes), any_options(history, nodes)};
        const request request = history.any_request(nodes);
        const policy::lookahead_scorer scorer = by.prepare({nodes, request, 0});
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            const node_view node = nodes[node_id{n}];
            std::size_t visited = 0;
            scorer.for_each_score(node, request, [&](policy::score offered, gpu_set gpus, slot_list slots) {
                RC_ASSERT(offered == scorer(candidate{node, gpus, slots}, request));
                ++visited;
            });
            RC_ASSERT(fit::fits(node, request) == (visited > 0));
        }
    });
}

TEST(lookahead, decides_alike_whatever_is_remembered_while_tasks_come_and_go) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster nodes = history.used_cluster();
        const policy::lookahead by{history.any_mix(nodes), any_options(history, nodes)};
        scheduler scanned{nodes, by, search::scan{}};
        scheduler indexed{nodes, by, search::indexed{}};
        std::vector<std::pair<placement, placement>> running;
        for (int step = 0; step < 40; ++step) {
            if (!running.empty() && history.below(3) == 0) {
                std::swap(running[history.below(running.size())], running.back());
                scanned.release(running.back().first);
                indexed.release(running.back().second);
                running.pop_back();
                continue;
            }
            const request request = history.any_request(nodes);
            const auto a = scanned.try_place(request);
            const auto b = indexed.try_place(request);
            RC_ASSERT(a.has_value() == b.has_value());
            if (!a) continue;
            RC_ASSERT(a->node == b->node);
            RC_ASSERT(a->gpus == b->gpus);
            running.emplace_back(*a, *b);
        }
    });
}

TEST(lookahead, keeps_the_last_whole_nodes_although_tasks_leave) {
    task_mix mix;
    mix.add({.cpu = 8_cores, .gpus = 8}, 1);
    mix.add({.cpu = 1_cores, .gpus = 1}, 8);
    cluster nodes = cluster_builder{}.add_nodes(4, {96_cores, 96_GiB, {8, models::t4}}).build().value();
    (void)nodes.take(node_id{3}, gpu_set::of(0), {.cpu = 1_cores, .gpus = 1});
    scheduler by{std::move(nodes), policy::lookahead{mix}};
    for (int i = 0; i < 4; ++i) EXPECT_EQ(by.place({.cpu = 1_cores, .gpus = 1})->node, node_id{3});
}

TEST(lookahead, lets_tasks_that_name_no_model_leave_those_that_others_name) {
    cluster nodes = cluster_builder{}
                        .add_nodes(1, {96_cores, 96_GiB, {4, models::a10}})
                        .add_nodes(1, {96_cores, 96_GiB, {4, models::t4}})
                        .build()
                        .value();
    task_mix mix;
    const request any{.cpu = 1_cores, .gpus = 1};
    const request a10{.cpu = 1_cores, .gpus = 1, .models = nodes.models().select("A10").value()};
    mix.add(any, 1);
    mix.add(a10, 3);
    scheduler by{std::move(nodes), policy::lookahead{mix}};
    for (int i = 0; i < 4; ++i) EXPECT_EQ(by.place(any)->node, node_id{1}) << i;
    EXPECT_EQ(by.place(a10)->node, node_id{0});
}

TEST(lookahead, compares_by_what_it_is_made_from) {
    task_mix mix;
    mix.add({.gpus = 1}, 1);
    const policy::lookahead made{mix};
    const policy::lookahead copy = made;
    EXPECT_TRUE(made == copy);
    EXPECT_FALSE((made == policy::lookahead{mix, {.offers = 3}}));
}

TEST(lookahead, keeps_room_for_what_takes_most_of_a_gpu_although_it_is_rare) {
    // By number alone, the large ones would not be among the typical tasks.
    task_mix mix;
    const request small{.gpus = 1, .share = slice{.memory = 3_GiB}};
    const request large{.gpus = 1, .share = slice{.memory = 14_GiB}};
    mix.add(small, 97);
    mix.add(large, 3);
    scheduler by{cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {1, models::t4}}).build().value(),
                 policy::lookahead{mix, {.memories = {.fallback = models::t4.memory}}}};
    for (int i = 0; i < 4; ++i) EXPECT_EQ(by.place(small)->node, node_id{0}) << i;
    EXPECT_EQ(by.place(large)->node, node_id{1});
}

// A model server of 76,000 MiB has no place but an idle A100: the fewer of them are left, the dearer.
TEST(lookahead, has_a_price_for_gpus_that_alone_hold_a_large_slice) {
    cluster nodes = cluster_builder{}
                        .add_nodes(3, {.cpu = 64_cores, .gpus = {1, models::a10}})
                        .add_nodes(3, {.cpu = 64_cores, .gpus = {1, models::a100_80gb}})
                        .build()
                        .value();
    const request small{.gpus = 1, .share = slice{6500_MiB, 250_milli}};
    const request medium{
        .gpus = 1, .share = slice{22500_MiB, 600_milli}}; // most of an A10, which is not scarce: the A100s have room
    const request large{.gpus = 1, .share = slice{76000_MiB, 900_milli}};
    task_mix mix;
    mix.add(small, 60);
    mix.add(medium, 10);
    mix.add(large, 30);
    const policy::lookahead by{mix, {.memories = policy::gpu_memories::of(nodes.models())}};
    const policy::lookahead_scorer plenty = by.prepare({nodes, small, 0});
    ASSERT_EQ(plenty.several.count, 1);
    EXPECT_EQ(plenty.several.classes[0].gpus, 1);
    EXPECT_FALSE(plenty.several.classes[0].models.contains(nodes[node_id{0}].gpu_model(0)));
    EXPECT_TRUE(plenty.several.classes[0].models.contains(nodes[node_id{3}].gpu_model(0)));
    (void)nodes.take(node_id{3}, gpu_set::of(0), small);
    (void)nodes.take(node_id{4}, gpu_set::of(0), small);
    const policy::lookahead_scorer scarce = by.prepare({nodes, small, 0});
    EXPECT_GT(scarce.whole_price[0], plenty.whole_price[0]);
    // Where all models have the memory, no place is scarce for it.
    const cluster alike =
        cluster_builder{}.add_nodes(3, {.cpu = 64_cores, .gpus = {1, models::a100_80gb}}).build().value();
    EXPECT_EQ((policy::lookahead{mix, {.memories = policy::gpu_memories::of(alike.models())}}
                   .prepare({alike, small, 0})
                   .several.count),
              0);
}
