// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/room_bound.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/room_board.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// Whether a request fits a node once some of the tasks there have left, as many as may.
bool fits_without_some(const cluster& nodes, const std::vector<plan::running_task>& tasks,
                       const std::vector<std::size_t>& here, int most, node_id node, const request& asked) {
    for (std::uint32_t chosen = 0; chosen < 1U << here.size(); ++chosen) {
        if (count_bits(chosen) > most) continue;
        plan::detail::room_board board{nodes};
        for (std::size_t i = 0; i < here.size(); ++i)
            if ((chosen >> i & 1U) != 0) board.remove(nodes.resources_of(tasks[here[i]].place));
        if (fit::fits(board[node], asked)) return true;
    }
    return false;
}

} // namespace

// What the bound refuses does not fit, whichever tasks leave; and it refuses much of what does not fit.
TEST(room_bound, refuses_only_what_does_not_fit) {
    int refused = 0;
    int refused_rightly = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}};
        std::vector<plan::running_task> tasks;
        for (int i = 0; i < 60; ++i) {
            const request next = history.any_request(by.cluster());
            if (const auto placed = by.try_place(next)) tasks.push_back({.place = *placed, .request = next});
        }
        random_stream random{seed};
        for (int i = 0; i < 20; ++i) {
            const request asked = history.any_request(by.cluster());
            const plan::detail::room_bound bound{by.cluster(), tasks, asked};
            const node_id node{static_cast<std::uint32_t>(random.below(by.cluster().size()))};
            std::vector<std::size_t> here;
            for (std::size_t t = 0; t < tasks.size() && here.size() < 8; ++t)
                if (tasks[t].place.node == node && random.below(4) > 0) here.push_back(t);
            const int most = static_cast<int>(random.below(4));
            const bool may = bound.may_fit(by.cluster()[node], here.begin(), here.end(), most);
            if (fits_without_some(by.cluster(), tasks, here, most, node, asked)) {
                ASSERT_TRUE(may) << seed;
            } else {
                ++refused;
                refused_rightly += may ? 0 : 1;
            }
        }
    }
    EXPECT_GT(refused, 20000);
    EXPECT_GT(refused_rightly, refused / 5);
}
