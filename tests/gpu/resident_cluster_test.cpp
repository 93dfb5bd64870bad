// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/resident_cluster.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

namespace {

bool same(const gpu::cluster_view& view, const cluster& nodes) {
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
        if (!(view.nodes[n] == nodes.row(node_id{n}).state)) return false;
        for (int i = 0; i < nodes[node_id{n}].gpu_count(); ++i)
            if (!(view[node_id{n}].gpu(i) == nodes[node_id{n}].gpu(i))) return false;
    }
    return view.size == nodes.size();
}

} // namespace

TEST(resident_cluster, follows_the_nodes_that_change) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::best_fit{}};
        host_space in;
        gpu::resident_cluster<host_space> there{in, by.cluster()};
        EXPECT_TRUE(same(there.view(), by.cluster()));
        for (int step = 0; step < 30; ++step) {
            if (const auto placed = by.try_place(history.any_request(by.cluster()))) there.changed(placed->node);
            if (step % 5 != 0) continue;
            there.update(by.cluster());
            EXPECT_EQ(there.stale(), 0U);
            ASSERT_TRUE(same(there.view(), by.cluster()));
        }
    }
}

TEST(resident_cluster, sends_more_changes_than_fit_at_once) {
    scheduler by{cluster_builder{}.add_nodes(20'000, {.cpu = milli_cpu{8000}, .gpus = {1, models::t4}}).build().value(),
                 policy::best_fit{}};
    host_space in;
    gpu::resident_cluster<host_space> there{in, by.cluster()};
    for (std::uint32_t n = 0; n < 20'000; ++n) {
        (void)by.take({node_id{n}, gpu_set::of(0)}, {.cpu = milli_cpu{n % 7}, .gpus = 1});
        there.changed(node_id{n});
        there.changed(node_id{n});
    }
    EXPECT_EQ(there.stale(), 20'000U);
    there.update(by.cluster());
    EXPECT_TRUE(same(there.view(), by.cluster()));
}

TEST(resident_cluster, writes_few_changes_down_and_sends_many_itself) {
    random_history history{11};
    cluster on = history.used_cluster();
    host_space in;
    gpu::resident_cluster<host_space> there{in, on};
    std::vector<gpu::detail::node_update> updates(4);
    std::vector<gpu_state> gpus(64);
    on.set_closed(node_id{0}, !on[node_id{0}].closed());
    there.changed(node_id{0});
    EXPECT_EQ(there.write_updates(on, updates.data(), 4, gpus.data(), 64), 1U);
    EXPECT_FALSE(same(there.view(), on));
    gpu::detail::apply_updates{there.writable(), updates.data(), gpus.data()}(0);
    EXPECT_TRUE(same(there.view(), on));
    for (std::uint32_t n = 0; n < on.size(); ++n) {
        on.set_closed(node_id{n}, !on[node_id{n}].closed());
        there.changed(node_id{n});
    }
    EXPECT_EQ(there.write_updates(on, updates.data(), 0, gpus.data(), 64), 0U);
    EXPECT_TRUE(same(there.view(), on));
}
