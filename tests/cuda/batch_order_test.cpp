#include <gpupack/cuda/batch_order.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/replay/arrivals.hpp>
#include <gpupack/replay/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include "cuda/batch_support.hpp"

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
    const std::vector<request> asked = {asks(1, 1), asks(2, 1), asks(0, 9), asks(2, 10), asks(1, 1)};
    const cluster on = two_nodes();
    EXPECT_EQ(cuda::order_by(cuda::batch_rule::as_given, on, asked), (order{0, 1, 2, 3, 4}));
    EXPECT_EQ(cuda::order_by(cuda::batch_rule::largest, on, asked), (order{3, 1, 0, 4, 2}));
    EXPECT_EQ(cuda::order_by(cuda::batch_rule::densest, on, asked), (order{1, 0, 4, 3, 2}));
    // Of 32 cores and 8 GPUs: 9 cores are a larger part than 2 GPUs.
    EXPECT_EQ(cuda::order_by(cuda::batch_rule::dominant, on, asked), (order{3, 2, 1, 0, 4}));
    EXPECT_EQ(cuda::order_by(cuda::batch_rule::smallest, on, asked), (order{0, 4, 1, 2, 3}));
}

TEST(batch_order, has_a_name_for_every_rule) {
    std::set<std::string_view> names;
    for (const cuda::batch_rule rule : cuda::batch_rules) names.insert(cuda::name_of(rule));
    EXPECT_EQ(names.size(), cuda::batch_rules.size());
}

// Never worse than in order by its goal; and the choices are placements that can be made.
TEST(batch_order, gains_or_keeps_the_order_given) {
    std::size_t gained = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 120);
        const policy::best_fit by;
        cuda::host_space in;
        cuda::resident_cluster resident{in, drawn.on};
        for (const cuda::batch_goal goal : {cuda::batch_goal::compute, cuda::batch_goal::tasks}) {
            const auto told = cuda::place_unordered(resident, drawn.on, by, drawn.asked, goal).value();
            const auto ordered = cuda::place_batch_on_host(drawn.on, by, drawn.asked);
            ASSERT_EQ(told.ordered, cuda::total_of(drawn.asked, ordered)) << seed;
            ASSERT_EQ(told.unordered, cuda::total_of(drawn.asked, told.choices)) << seed;
            ASSERT_FALSE(told.ordered.beats(told.unordered, goal)) << seed;
            gained += told.unordered.beats(told.ordered, goal) ? 1U : 0U;
            if (told.rule == cuda::batch_rule::as_given) {
                ASSERT_EQ(told.choices, ordered) << seed;
            }
            cluster committed = drawn.on;
            const auto placed = cuda::commit_batch(committed, by, drawn.asked, told.choices);
            ASSERT_EQ(
                std::count_if(placed.begin(), placed.end(), [](const auto& each) { return each.has_value(); }),
                told.unordered.tasks);
        }
    }
    EXPECT_GT(gained, 20U);
}

// What docs/cuda_batches.md says of openb, with the CPU engine as the way to place.
TEST(batch_order, gains_on_openb) {
    const io::trace openb = replay::openb();
    const cluster on = openb.build(replay::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> asked;
    for (const std::size_t task : replay::draw_arrivals(openb, 42, 1300)) asked.push_back(openb.tasks[task].asked);
    const policy::fgd by{openb.mix().typical(95)};
    const auto place =
        [&](const std::vector<request>& sorted) -> expected<std::vector<cuda::batch_choice>, cuda::cuda_error> {
        scheduler<policy::fgd, search::indexed> one_by_one{on, by};
        std::vector<cuda::batch_choice> choices(sorted.size());
        for (std::size_t i = 0; i < sorted.size(); ++i)
            if (const auto placed = one_by_one.try_place(sorted[i]))
                choices[i] = {placed->node, placed->gpus, placed->slots};
        return choices;
    };
    const auto compute = cuda::place_in_any_order(on, asked, cuda::batch_goal::compute, place).value();
    EXPECT_GT(100 * compute.unordered.compute, 102 * compute.ordered.compute);
    const auto tasks = cuda::place_in_any_order(on, asked, cuda::batch_goal::tasks, place).value();
    EXPECT_EQ(tasks.rule, cuda::batch_rule::smallest);
    EXPECT_GT(100 * tasks.unordered.tasks, 102 * tasks.ordered.tasks);
}
