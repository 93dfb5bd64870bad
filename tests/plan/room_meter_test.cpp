// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/room_meter.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

// Whatever happens to the cluster, the meter says what counting all nodes anew says; node by node or by versions.
TEST(room_meter, says_what_counting_all_nodes_says) {
    int changes = 0;
    int rooms = 0;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::first_fit{}};
        const gpu_model model = by.cluster().models().size() == 0 ? models::t4 : by.cluster().models()[model_id{0}];
        std::vector<request> requests;
        for (int i = 0; i < 4; ++i) requests.push_back(history.any_request(by.cluster()));
        plan::room_meter followed{by.cluster(), requests};
        plan::room_meter refreshed{by.cluster(), requests};
        by.observe([&](const cluster& now, const cluster_change& change) { followed.follow(now, change.node); });
        std::vector<placement> live;
        for (int i = 0; i < 40; ++i, ++changes) {
            const std::uint64_t what = history.below(10);
            if (what == 0) {
                const node_id node = by.cluster().id_at(static_cast<std::uint32_t>(history.below(by.cluster().size())));
                if (by.cluster().contains(node)) by.set_closed(node, history.below(2) == 0);
            } else if (what == 1) {
                (void)by.add_node("new " + std::to_string(i),
                                  node_spec{.cpu = 8_cores, .memory = 64_GiB, .gpus = {2, model}});
            } else if (what == 2 && by.cluster().node_count() > 1) {
                const node_id node = by.cluster().id_at(static_cast<std::uint32_t>(history.below(by.cluster().size())));
                if (!by.cluster().contains(node)) continue;
                std::erase_if(live, [&](const placement& each) { return each.node == node; });
                (void)by.remove_node(node);
            } else if (what < 5 && !live.empty()) {
                by.release(live.back());
                live.pop_back();
            } else if (const auto placed = by.try_place(history.any_request(by.cluster()))) {
                live.push_back(*placed);
            }
            if (history.below(3) > 0) continue;
            refreshed.refresh(by.cluster());
            for (std::size_t r = 0; r < requests.size(); ++r) {
                plan::room_left all;
                for (std::uint32_t n = 0; n < by.cluster().size(); ++n) {
                    if (!by.cluster().contains(by.cluster().id_at(n))) continue;
                    const plan::room_left here = plan::room_on(by.cluster().node_at(n), requests[r]);
                    all.least += here.least;
                    all.most += here.most;
                }
                for (const plan::room_meter* const meter : {&followed, &refreshed}) {
                    ASSERT_EQ(meter->room(r).least, all.least) << seed << " " << i;
                    ASSERT_EQ(meter->room(r).most, all.most) << seed << " " << i;
                }
                rooms += all.least > 0 ? 1 : 0;
            }
        }
    }
    EXPECT_GT(changes, 1000);
    EXPECT_GT(rooms, 1000);
}

// count_room() tries all sets of GPUs and slots; where it is sure, so is the meter, and of the same.
TEST(room_meter, agrees_with_the_search) {
    int compared = 0;
    for (std::uint64_t seed = 0; seed < 800; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const plan::room_left searched = plan::count_room(on, request, 3000);
        const plan::room_left metered = plan::room_meter{on, {request}}.room(0);
        ASSERT_LE(metered.least, metered.most) << seed;
        ASSERT_LE(metered.least, searched.most) << seed;
        ASSERT_GE(metered.most, searched.least) << seed;
        if (!searched.is_exact() || !plan::counts_exactly(request)) continue;
        ASSERT_EQ(metered.least, searched.least) << seed;
        ASSERT_TRUE(metered.is_exact()) << seed;
        ++compared;
    }
    EXPECT_GT(compared, 200);
}
