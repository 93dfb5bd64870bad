// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/gpu_meter.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace gpupack;
using namespace gpupack::literals;

namespace {

cluster two_nodes() {
    return cluster_builder{}
        .add_nodes(1, {8_cores, 8_GiB, {4, models::t4}})
        .add_nodes(1, {8_cores, 8_GiB, {2, models::a10}})
        .build()
        .value();
}

} // namespace

RC_GTEST_PROP(gpu_meter, is_a_pass_over_the_cluster_at_every_step, ()) {
    scheduler by{two_nodes(), policy::best_fit{}};
    replay::gpu_meter meter{by.cluster()};
    std::vector<placement> running;
    for (int i = 0; i < 40; ++i) {
        const bool leaves = !running.empty() && *rc::gen::inRange(0, 3) == 0;
        if (leaves) {
            const auto which = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(running.size())));
            std::swap(running[which], running.back());
            by.release(running.back());
            meter.update(by.cluster(), running.back().node, running.back().gpus);
            running.pop_back();
        } else {
            const auto mib = *rc::gen::inRange(0, 12'000);
            const auto milli = *rc::gen::inRange(mib == 0 ? 1 : 0, 900);
            request task{.gpus = *rc::gen::inRange(0, 3)};
            if (*rc::gen::inRange(0, 4) > 0) task.share = slice{.memory = mebibytes{mib}, .compute = milli_gpu{milli}};
            if (const auto placed = by.try_place(task)) {
                meter.place(by.cluster(), placed->node, placed->gpus, task);
                running.push_back(*placed);
            }
        }
        RC_ASSERT(meter.total() == replay::served_compute(by.cluster()).count());
        const std::vector<std::uint8_t> percents = meter.percent_by_node(by.cluster());
        RC_ASSERT(percents.size() == by.cluster().size());
        double used = 0; // in GPUs; each percent is rounded down
        double gpus = 0;
        for (std::uint32_t n = 0; n < by.cluster().size(); ++n) {
            used += percents[n] * by.cluster().node_at(n).gpu_count() / 100.0;
            gpus += by.cluster().node_at(n).gpu_count();
        }
        RC_ASSERT(used <= static_cast<double>(meter.total()) / 1000.0 + 1e-9);
        RC_ASSERT(used > static_cast<double>(meter.total()) / 1000.0 - gpus / 100.0 - 1e-9);
    }
}

TEST(gpu_meter, counts_a_gpu_that_was_rounded_up_for_what_was_asked_of_it) {
    scheduler by{two_nodes(), policy::best_fit{}, search::scan{}, request_rule::whole_gpus};
    replay::gpu_meter meter{by.cluster()};
    const request quarter{.gpus = 1,
                          .share = slice{.memory = mebibytes{models::t4.memory.count() / 4}},
                          .models = by.cluster().models().select("T4").value()};
    const auto placed = by.try_place(quarter).value();
    meter.place(by.cluster(), placed.node, placed.gpus, quarter);
    EXPECT_NEAR(static_cast<double>(meter.total()), 250, 1);
    by.release(placed);
    meter.update(by.cluster(), placed.node, placed.gpus);
    EXPECT_EQ(meter.total(), 0);
}
