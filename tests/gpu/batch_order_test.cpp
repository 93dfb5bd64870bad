// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/batch_order.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

namespace {

cluster two_nodes() {
    return cluster_builder{}.add_nodes(2, {16_cores, 64_GiB, {4, models::t4}}).build().value();
}

request asks(int gpus, int cores) {
    return {.cpu = milli_cpu{1000 * cores}, .memory = 1_GiB, .gpus = gpus};
}

} // namespace

TEST(batch_order, sorts_by_what_each_rule_says) {
    using order = std::vector<std::uint32_t>;
    const std::vector<request> request = {asks(1, 1), asks(2, 1), asks(0, 9), asks(2, 10), asks(1, 1)};
    const cluster on = two_nodes();
    EXPECT_EQ(gpu::order_by(gpu::batch_rule::as_given, on, request), (order{0, 1, 2, 3, 4}));
    EXPECT_EQ(gpu::order_by(gpu::batch_rule::largest, on, request), (order{3, 1, 0, 4, 2}));
    EXPECT_EQ(gpu::order_by(gpu::batch_rule::densest, on, request), (order{1, 0, 4, 3, 2}));
    // Of 32 cores and 8 GPUs: 9 cores are a larger part than 2 GPUs.
    EXPECT_EQ(gpu::order_by(gpu::batch_rule::dominant, on, request), (order{3, 2, 1, 0, 4}));
    EXPECT_EQ(gpu::order_by(gpu::batch_rule::smallest, on, request), (order{0, 4, 1, 2, 3}));
}

TEST(batch_order, has_a_name_for_every_rule) {
    std::set<std::string_view> names;
    for (const gpu::batch_rule rule : gpu::batch_rules) names.insert(gpu::name_of(rule));
    EXPECT_EQ(names.size(), gpu::batch_rules.size());
}

// Never worse than in order by its goal; and the choices are placements that can be made.
TEST(batch_order, gains_or_keeps_the_order_given) {
    std::size_t gained = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 120);
        const policy::best_fit by;
        gpu::host_space in;
        gpu::resident_cluster resident{in, drawn.on};
        for (const gpu::batch_goal goal : {gpu::batch_goal::compute, gpu::batch_goal::tasks}) {
            const auto told = gpu::place_unordered(resident, drawn.on, by, drawn.request, goal).value();
            const auto ordered = gpu::place_batch_on_host(drawn.on, by, drawn.request);
            ASSERT_EQ(told.ordered, gpu::total_of(drawn.request, ordered)) << seed;
            ASSERT_EQ(told.unordered, gpu::total_of(drawn.request, told.choices)) << seed;
            ASSERT_FALSE(told.ordered.beats(told.unordered, goal)) << seed;
            gained += told.unordered.beats(told.ordered, goal) ? 1U : 0U;
            if (told.rule == gpu::batch_rule::as_given) {
                ASSERT_EQ(told.choices, ordered) << seed;
            }
            cluster committed = drawn.on;
            const auto placed = gpu::commit_batch(committed, by, drawn.request, told.choices);
            ASSERT_EQ(
                std::count_if(placed.begin(), placed.end(), [](const auto& each) { return each.has_value(); }),
                told.unordered.tasks);
        }
    }
    EXPECT_GT(gained, 20U);
}

// What docs/batches.md says of openb, with the CPU engine as the way to place.
TEST(batch_order, gains_on_openb) {
    const workload::trace openb = workload::openb();
    const cluster on = openb.build(workload::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> request;
    for (const std::size_t task : workload::draw_arrivals(openb, 42, 1300)) request.push_back(openb.tasks[task].request);
    const policy::fgd by{openb.mix().typical(95)};
    const auto place =
        [&](const std::vector<request>& sorted) -> expected<std::vector<gpu::batch_choice>, gpu::gpu_error> {
        scheduler<policy::fgd, search::indexed> one_by_one{on, by};
        std::vector<gpu::batch_choice> choices(sorted.size());
        for (std::size_t i = 0; i < sorted.size(); ++i)
            if (const auto placed = one_by_one.try_place(sorted[i]))
                choices[i] = {placed->node, placed->gpus, placed->slots};
        return choices;
    };
    const auto compute = gpu::place_in_any_order(on, request, gpu::batch_goal::compute, place).value();
    EXPECT_GT(100 * compute.unordered.compute, 102 * compute.ordered.compute);
    const auto tasks = gpu::place_in_any_order(on, request, gpu::batch_goal::tasks, place).value();
    EXPECT_EQ(tasks.rule, gpu::batch_rule::smallest);
    EXPECT_GT(100 * tasks.unordered.tasks, 102 * tasks.ordered.tasks);
}
