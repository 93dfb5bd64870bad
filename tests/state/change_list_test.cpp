#include <gpupack/state/change_list.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

namespace {

std::vector<std::uint32_t> since(const change_list& changes, std::uint64_t then) {
    std::vector<std::uint32_t> nodes;
    changes.for_each_since(then, [&](node_id node) { nodes.push_back(node.number()); });
    return nodes;
}

/// What for_each_since must visit: the last change of each node after `then`, newest first.
std::vector<std::uint32_t> slow_since(const std::vector<std::uint32_t>& log, std::uint64_t then) {
    std::vector<std::uint32_t> nodes;
    for (std::size_t i = log.size(); i > then; --i)
        if (std::find(nodes.begin(), nodes.end(), log[i - 1]) == nodes.end()) nodes.push_back(log[i - 1]);
    return nodes;
}

} // namespace

TEST(change_list, every_reader_sees_what_changed_since_it_looked_once) {
    rc::check([](const std::vector<std::uint8_t>& raw) {
        change_list changes{7};
        std::vector<std::uint32_t> log;
        for (const std::uint8_t each : raw) {
            log.push_back(each % 7U);
            changes.changed(node_id{log.back()});
        }
        RC_ASSERT(changes.now() == log.size());
        for (std::uint64_t then = 0; then <= log.size(); ++then)
            RC_ASSERT(since(changes, then) == slow_since(log, then));
    });
}

TEST(change_list, of_one_node_and_of_none) {
    change_list one{1};
    EXPECT_TRUE(since(one, 0).empty());
    one.changed(node_id{0});
    one.changed(node_id{0});
    EXPECT_EQ(since(one, 1), std::vector<std::uint32_t>{0});
    EXPECT_TRUE(since(one, one.now()).empty());
    EXPECT_TRUE(since(change_list{0}, 0).empty());
}
