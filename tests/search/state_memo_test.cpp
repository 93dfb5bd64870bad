// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/state_memo.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

cluster three_alike_and_one_other() {
    return cluster_builder{}
        .add_nodes(3, {8_cores, 8_GiB, {4, models::t4}})
        .add_nodes(1, {8_cores, 8_GiB, {4, models::p100}})
        .build()
        .value();
}

} // namespace

TEST(state_memo, scores_a_state_once_and_another_state_anew) {
    cluster on = three_alike_and_one_other();
    (void)on.take(node_id{1}, gpu_set::of(0), {.cpu = 1_cores, .gpus = 1});
    search::state_memo<int> memo;
    int scored = 0;
    const auto look_up = [&](std::uint32_t id) {
        return memo.look_up(on, on[node_id{id}], [&] { return 10 * static_cast<int>(id) + ++scored; });
    };
    EXPECT_EQ(look_up(0), 1);
    EXPECT_EQ(look_up(2), 1);  // as node 0
    EXPECT_EQ(look_up(1), 12); // a GPU taken
    EXPECT_EQ(look_up(3), 33); // another kind in the same state
    EXPECT_EQ(scored, 3);
}

TEST(state_memo, tells_apart_which_gpu_is_taken_and_how) {
    cluster a = three_alike_and_one_other();
    (void)a.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    (void)a.take(node_id{1}, gpu_set::of(1), {.gpus = 1});
    EXPECT_FALSE(search::same_state(a[node_id{0}], a[node_id{1}]));
    EXPECT_TRUE(search::same_state(a[node_id{0}], a[node_id{0}]));

    cluster widths = three_alike_and_one_other();
    (void)widths.take(node_id{0}, gpu_set::first(2), {.gpus = 2});
    (void)widths.take(node_id{1}, gpu_set::of(0), {.gpus = 1});
    (void)widths.take(node_id{1}, gpu_set::of(1), {.gpus = 1});
    EXPECT_FALSE(search::same_state(widths[node_id{0}], widths[node_id{1}]));

    cluster closed = three_alike_and_one_other();
    closed.set_closed(node_id{0}, true);
    EXPECT_FALSE(search::same_state(closed[node_id{0}], closed[node_id{1}]));
}
