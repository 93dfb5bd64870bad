// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/repartition.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <array>
#include <tuple>

using namespace gpupack;

namespace {

/// Value, minus the cost, minus what is destroyed and created: the greater the better.
using worth = std::tuple<std::int64_t, std::int64_t, int, int>;

/// Every geometry of every GPU, in all combinations.
struct brute_force {
    const std::vector<plan::standing_gpu>& start;
    const std::vector<plan::instance_goal>& goals;
    std::int64_t most_cost;
    std::vector<plan::standing_gpu> now{};
    worth best{-1, 0, 0, 0};

    void search(std::size_t gpu, std::int64_t cost, int destroyed, int created) {
        if (cost > most_cost) return;
        if (gpu == start.size()) {
            best = std::max(best, worth{plan::value_of_instances(now, goals), -cost, -destroyed, -created});
            return;
        }
        now.push_back({start[gpu].node, start[gpu].gpu, start[gpu].table, {}});
        fill(gpu, 0, cost, destroyed, created);
        now.pop_back();
    }
    /// In each slot: nothing, what stood there, or something new.
    void fill(std::size_t gpu, int slot, std::int64_t cost, int destroyed, int created) {
        const partition_table& table = *start[gpu].table;
        if (slot == table.slot_count) return search(gpu + 1, cost, destroyed, created);
        std::optional<plan::standing_instance> stood;
        for (const auto& each : start[gpu].instances)
            if (each.slot == slot) stood = each;
        const bool stays = stood && stood->destroy_cost == plan::running_task::never;
        const std::int64_t cost_without = cost + (stood && !stays ? stood->destroy_cost : 0);
        const int destroyed_without = destroyed + (stood ? 1 : 0);
        if (!stays) fill(gpu, slot + 1, cost_without, destroyed_without, created);
        if (!table.is_free(slot, now[gpu].occupied())) return;
        if (stood) put(gpu, *stood, cost, destroyed, created);
        if (!stays) put(gpu, {.slot = slot}, cost_without, destroyed_without, created + 1);
    }
    void put(std::size_t gpu, const plan::standing_instance& instance, std::int64_t cost, int destroyed, int created) {
        now[gpu].instances.push_back(instance);
        fill(gpu, instance.slot + 1, cost, destroyed, created);
        now[gpu].instances.pop_back();
    }
};

/// A GPU with instances at random, some of them busy, some at a cost.
plan::standing_gpu any_gpu(random_stream& random, const partition_table& table, int number) {
    plan::standing_gpu gpu{.node = node_id{0}, .gpu = number, .table = &table};
    for (int i = 0; i < 4; ++i) {
        const auto slot = static_cast<int>(random.below(table.slot_count));
        if (!table.is_free(slot, gpu.occupied())) continue;
        plan::standing_instance each{.slot = slot, .busy = random.below(2) == 0};
        if (each.busy)
            each.destroy_cost =
                random.below(2) == 0 ? plan::running_task::never : static_cast<std::int64_t>(random.below(10));
        gpu.instances.push_back(each);
    }
    return gpu;
}

void expect_done(std::vector<plan::standing_gpu> gpus, const std::vector<plan::instance_goal>& goals,
                 const plan::repartition_plan& plan, std::uint64_t seed) {
    ASSERT_EQ(plan::value_of_instances(gpus, goals), plan.start) << seed;
    int destroyed = 0;
    for (const plan::instance_step& step : plan.steps) {
        destroyed += step.kind == plan::instance_step::action::destroy ? 1 : 0;
        ASSERT_TRUE(plan::apply(gpus, step)) << seed;
    }
    ASSERT_EQ(destroyed, plan.destroyed);
    ASSERT_EQ(plan.steps.size(), static_cast<std::size_t>(plan.destroyed + plan.created));
    ASSERT_EQ(plan::value_of_instances(gpus, goals), plan.start + plan.gain) << seed;
    ASSERT_GE(plan.gain, 0) << seed;
    ASSERT_GE(plan.most_gain, plan.gain) << seed;
}

} // namespace

// Nothing is worth more, and nothing that is worth as much destroys less.
TEST(repartition, is_the_best_of_all_geometries) {
    const partition_table a30 = mig::make_table(models::a30.mig);
    const partition_table a100 = mig::make_table(models::a100_80gb.mig);
    int gained = 0;
    int destroyed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        random_stream random{seed};
        const bool is_large = seed % 16 == 0;
        std::vector<plan::standing_gpu> gpus;
        for (int i = is_large ? 1 : static_cast<int>(1 + random.below(2)); i > 0; --i)
            gpus.push_back(any_gpu(random, is_large ? a100 : a30, i));
        std::vector<plan::instance_goal> goals;
        for (std::uint64_t g = 1 + random.below(3); g > 0; --g) {
            plan::instance_goal goal{.number = static_cast<std::int64_t>(1 + random.below(4)),
                                     .weight = static_cast<std::int64_t>(1 + random.below(9))};
            for (int k = 0; k < 2; ++k)
                goal.profiles.insert(static_cast<int>(random.below((is_large ? a100 : a30).profile_count)));
            goals.push_back(goal);
        }
        const std::int64_t most = random.below(3) == 0 ? 8 : plan::running_task::never;
        brute_force all{gpus, goals, most};
        all.search(0, 0, 0, 0);
        const auto plan = plan::repartition(gpus, goals, {.cost = most});
        ASSERT_TRUE(plan.best) << seed;
        ASSERT_EQ(all.best, (worth{plan.start + plan.gain, -plan.cost, -plan.destroyed, -plan.created})) << seed;
        expect_done(gpus, goals, plan, seed);
        const auto rough = plan::repartition(gpus, goals, {.cost = most, .budget = 3});
        expect_done(gpus, goals, rough, seed);
        if (HasFatalFailure()) return;
        ASSERT_LE(plan.gain, rough.most_gain) << seed;
        gained += plan.gain > 0 ? 1 : 0;
        destroyed += plan.destroyed > 0 ? 1 : 0;
    }
    EXPECT_GT(gained, 150);
    EXPECT_GT(destroyed, 80);
}

TEST(repartition, cuts_a_cluster_anew) {
    gpu_setup fixed;
    fixed.only = sharing::mig;
    for (int start = 0; start < 7; ++start) fixed.instances.push_back({"1g.10gb", start});
    cluster on = cluster_builder{}
                     .add_nodes(1, {.cpu = 64_cores, .gpus = {2, models::a100_80gb, fixed}})
                     .add_nodes(1, {.cpu = 64_cores, .gpus = {1, models::a100_80gb}})
                     .build()
                     .value();
    const partition_table table = *on.models().tables_of(model_id{0}).mig;
    const auto bit = [&](const char* profile) {
        profile_set set;
        for (int p = 0; p < table.profile_count; ++p)
            if (table.profiles[p].name == name{profile}) set.insert(table.first_id + p);
        return set;
    };
    const request small{.gpus = 1, .share = instance{.profiles = bit("1g.10gb")}};
    const request three{.gpus = 1, .share = instance{.profiles = bit("3g.40gb")}};
    // A task on the first GPU, and one that came with its request on the GPU that has no geometry of its own.
    (void)on.take(node_id{0}, gpu_set::of(0), small, slot_list{6});
    (void)on.take(node_id{1}, gpu_set::of(0), three, slot_list{*on.mig_placement(node_id{1}, 0, "3g.40gb", 4)});
    auto gpus = plan::standing_gpus(on);
    ASSERT_EQ(gpus.size(), 3U);
    EXPECT_EQ(gpus[0].instances.size(), 7U);
    EXPECT_EQ(gpus[2].instances.size(), 1U);
    EXPECT_EQ(
        std::count_if(gpus[0].instances.begin(), gpus[0].instances.end(), [](const auto& each) { return each.busy; }),
        1);

    task_mix queue;
    queue.add(three, 2);
    const auto goals = plan::instance_goals_of(on.models(), queue, 2);
    ASSERT_EQ(goals.size(), 1U);
    // One beside the busy 3g, which is there for nothing; one in the place of idle 1g.
    const auto plan = plan::repartition(gpus, goals);
    EXPECT_TRUE(plan.best);
    EXPECT_EQ(plan.created, 2);
    EXPECT_EQ(plan.destroyed, 3); // those at 4 to 6 of the GPU without a task, not the four at 0 to 3
    expect_done(gpus, goals, plan, 0);
    on.set_closed(node_id{1}, true);
    EXPECT_EQ(plan::standing_gpus(on).size(), 2U);
}

TEST(repartition, keeps_to_its_budget_on_many_gpus) {
    const partition_table a100 = mig::make_table(models::a100_80gb.mig);
    random_stream random{1};
    std::vector<plan::standing_gpu> gpus;
    for (int i = 0; i < 200; ++i) gpus.push_back(any_gpu(random, a100, i));
    std::vector<plan::instance_goal> goals;
    for (int p = 0; p < 4; ++p) {
        plan::instance_goal goal{.number = 60, .weight = 1 + p};
        goal.profiles.insert(p);
        goals.push_back(goal);
    }
    const auto plan = plan::repartition(gpus, goals, {.budget = 200'000});
    EXPECT_GT(plan.gain, 0);
    expect_done(gpus, goals, plan, 0);
}
