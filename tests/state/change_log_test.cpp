// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/change_log.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

namespace {

cluster nodes(std::size_t count) {
    return cluster_builder{}.add_nodes(count, {64_cores, 64_GiB, {4, models::t4}}).build().value();
}

std::vector<std::uint32_t> since(const change_log& changes, std::uint64_t then) {
    std::vector<std::uint32_t> seen;
    changes.for_each_since(then, [&](const node_row& row) { seen.push_back(row.id.number()); });
    return seen;
}

/// What for_each_since must visit: the last change of each node after `then`, newest first.
std::vector<std::uint32_t> slow_since(const std::vector<std::uint32_t>& log, std::uint64_t then) {
    std::vector<std::uint32_t> seen;
    for (std::size_t i = log.size(); i > then; --i)
        if (std::find(seen.begin(), seen.end(), log[i - 1]) == seen.end()) seen.push_back(log[i - 1]);
    return seen;
}

} // namespace

// Many more changes than the log has room for, so that it closes up again and again.
TEST(change_log, every_reader_sees_what_changed_since_it_looked_once) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto count = static_cast<std::size_t>(1 + random.below(40));
        const cluster on = nodes(count);
        change_log changes{count};
        std::vector<std::uint32_t> log;
        for (std::uint64_t i = random.below(300); i > 0; --i) {
            log.push_back(static_cast<std::uint32_t>(random.below(count)));
            changes.changed(on, node_id{log.back()});
        }
        RC_ASSERT(changes.now() == log.size());
        for (std::uint64_t then = 0; then <= log.size(); ++then) {
            const auto expected = slow_since(log, then);
            RC_ASSERT(since(changes, then) == expected);
            for (std::uint32_t n = 0; n < count + 2; ++n)
                RC_ASSERT(changes.changed_since(n, then) ==
                          (std::find(expected.begin(), expected.end(), n) != expected.end()));
        }
    });
}

TEST(change_log, shows_the_state_after_the_last_change) {
    cluster on = nodes(3);
    change_log changes{3};
    for (int i = 0; i < 4; ++i) {
        (void)on.take(node_id{1}, gpu_set::of(i), {.cpu = 1_cores, .gpus = 1});
        changes.changed(on, node_id{1});
        changes.for_each_since(0, [&](const node_row& row) {
            EXPECT_EQ(row.state, on.row(node_id{1}).state);
            EXPECT_EQ(on.view(row).idle_gpus(), 3 - i);
            EXPECT_EQ(&on.view(row).gpu(2), &on[node_id{1}].gpu(2));
        });
    }
    EXPECT_TRUE(since(changes, changes.now()).empty());
    EXPECT_TRUE(since(change_log{0}, 0).empty());
}
