// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/room_board.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

bool same_nodes(const plan::detail::room_board& board, const cluster& cluster) {
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view a = board[node_id{n}];
        const node_view b = cluster[node_id{n}];
        if (!(a.cpu_free() == b.cpu_free()) || !(a.memory_free() == b.memory_free()) || a.idle_gpus() != b.idle_gpus())
            return false;
        for (int i = 0; i < a.gpu_count(); ++i)
            if (!(a.gpu(i) == b.gpu(i))) return false;
    }
    return true;
}

} // namespace

// The board is what the cluster becomes, change by change, and what it was when all is taken back.
TEST(room_board, follows_a_cluster_and_goes_back) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::first_fit{}};
        std::vector<placement> live = history.play(by, 30);
        const cluster before = by.cluster();
        plan::detail::room_board board{before};
        for (int change = 0; change < 8; ++change) {
            if (!live.empty() && history.below(2) == 0) {
                board.remove(before.resources_of(live.back()));
                by.release(live.back());
                live.pop_back();
            } else {
                const request request = history.any_request(by.cluster());
                if (const auto placed = by.try_place(request)) board.place(request, *placed);
            }
            ASSERT_TRUE(same_nodes(board, by.cluster())) << seed;
        }
        board.undo(0);
        ASSERT_TRUE(same_nodes(board, before)) << seed;
    }
}
