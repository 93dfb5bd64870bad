// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_directory.hpp>

#include <gtest/gtest.h>

#include <memory>

using namespace gpupack;

namespace {

std::shared_ptr<const node_identity> named(const char* name) {
    return std::make_shared<const node_identity>(node_identity{name, {std::string{name}.append("/0")}, {}, nullptr});
}

} // namespace

TEST(node_directory, gives_the_lowest_free_number_and_finds_names_and_gpus) {
    node_directory book;
    for (const char* name : {"a", "b", "c"}) (void)book.enter(named(name));
    EXPECT_EQ(book.find("b"), node_id{1});
    EXPECT_EQ(book.strike(node_id{1}), node_id(1, 1));
    EXPECT_EQ(book.strike(node_id{0}), node_id(0, 1));
    EXPECT_FALSE(book.find("b"));
    EXPECT_FALSE(book.gpu_ids().find("b/0"));
    EXPECT_EQ(book.enter(named("d")), node_id(0, 1));
    EXPECT_EQ(book.find("d"), node_id(0, 1));
    EXPECT_EQ(book.size(), 2U);
    EXPECT_EQ(book.numbers(), 3U);
}

TEST(node_directory, finds_nodes_without_a_name_by_their_number) {
    node_directory book;
    const auto nobody = std::make_shared<const node_identity>();
    (void)book.enter(nobody);
    (void)book.enter(nobody);
    EXPECT_EQ(book.find("node 1"), node_id{1});
    EXPECT_FALSE(book.find("node 2"));
    EXPECT_FALSE(book.find("node 1x"));
    EXPECT_FALSE(book.find("node "));
    EXPECT_FALSE(book.find(""));
}

TEST(node_directory, that_follows_keeps_a_name_that_has_moved_whatever_it_hears_first) {
    node_directory leader;
    (void)leader.enter(named("a"));
    (void)leader.enter(named("b"));
    node_directory follower = leader;
    (void)leader.strike(node_id{0});
    const node_id moved = leader.enter(named("c"));
    leader.rename(node_id{1}, named("a"));
    follower.put(node_id{1}, leader.identity(1));
    follower.put(moved, leader.identity(0));
    EXPECT_EQ(follower.find("a"), node_id{1});
    EXPECT_EQ(follower.gpu_ids().find("a/0"), (gpu_address{node_id{1}, 0}));
    EXPECT_EQ(follower.find("c"), moved);
    EXPECT_FALSE(follower.find("b"));
}
