// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster_change.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

using namespace gpupack;

TEST(cluster_change, has_a_word_for_each_kind) {
    std::set<std::string_view> words;
    for (int kind = 0; kind < change_kinds; ++kind) words.insert(describe(static_cast<change_kind>(kind)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(change_kinds));
    EXPECT_FALSE(words.contains(""));
}

TEST(cluster_change, is_heard_once_by_the_observer_with_its_version_and_not_by_that_of_a_copy) {
    const node_spec two{.cpu = 8_cores, .memory = 8_GiB, .gpus = {2, models::t4}};
    cluster on = cluster_builder{}.add_node("a", two).build().value();
    std::vector<std::string> heard;
    on.observe([&](const cluster& cluster, const cluster_change& change) {
        EXPECT_EQ(cluster.version(), change.version);
        heard.push_back(std::string{describe(change.kind)} +
                        (change.subject == nullptr ? "" : " " + std::to_string(change.subject->gpus.bits())));
    });
    const placement first = on.take(node_id{0}, gpu_set::of(1), {.gpus = 1});
    cluster copy = on;
    copy.give_back(first);
    (void)on.set_leaving(first);
    on.set_closed(node_id{0}, gpu_set::of(0), true);
    on.set_closed(node_id{0}, true);
    const node_id b = on.add_node("b", two).value();
    ASSERT_FALSE(on.change_node(b, {.cpu = 1_cores}));
    const placed_resources held = on.resources_of(first);
    on.give_back(first);
    ASSERT_TRUE(on.restore(held, true));
    EXPECT_EQ(on.try_give_back(first), refusal::not_live);
    (void)on.remove_node(node_id{0});
    EXPECT_EQ(heard,
              (std::vector<std::string>{"placed 2", "told to leave 2", "closed", "closed", "node added", "node changed",
                                        "released 2", "restored 2", "released 2", "node removed"}));
    EXPECT_EQ(on.version(), heard.size());
    EXPECT_EQ(on.version_of(b), 6U);
}
