#include <gpupack/policy/fragmentation_table.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/score_of_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string_view>

using namespace gpupack;

namespace {

/// The definition in plain words: for each expected task, the free compute of the node that it cannot use.
std::int64_t obvious_fragmentation(const node_view& node, const task_mix& expected) {
    std::int64_t sum = 0;
    for (const task_mix::entry& each : expected.entries()) {
        std::int64_t usable = 0;
        int serving = 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const request alone{.gpus = 1, .share = each.asked.share, .models = each.asked.models};
            if (!fit::fitting_gpus(node, alone).contains(i)) continue;
            ++serving;
            usable += node.gpu(i).compute_free;
        }
        const bool can = each.asked.gpus > 0 && serving >= each.asked.gpus && each.asked.cpu <= node.cpu_free();
        sum += each.count * (node.compute_free().count() - (can ? usable : 0));
    }
    return sum;
}

struct typical_task {
    int cpu, milli, gpus;
    std::string_view model;
    int count;
};
constexpr typical_task typical_tasks[] = {
#include "support/typical_tasks.inc"
};

/// The typical tasks of the simulator's unit test, on nodes of the model "1080".
std::pair<model_table, task_mix> published_mix() {
    model_table models;
    EXPECT_TRUE(models.add({"1080", 0_MiB}));
    task_mix mix;
    for (const typical_task& task : typical_tasks) {
        request asked = asking(task.cpu, task.gpus, task.milli);
        if (!task.model.empty()) {
            EXPECT_TRUE(models.add({name{task.model}, 0_MiB}));
            asked.models = models.select(task.model).value();
        }
        mix.add(asked, task.count);
    }
    return {models, mix};
}

double published_fragmentation(const std::vector<int>& left, const task_mix& mix) {
    const cluster on = node_with(left, 1000, gpu_model{"1080", 0_MiB});
    const policy::fragmentation_table table{mix};
    return static_cast<double>(table.view().fragmentation(on[node_id{0}])) / 10000; // counts of 10,000
}

} // namespace

TEST(fragmentation_table, sums_up_what_each_expected_task_cannot_use) {
    for_all([](std::uint64_t seed) {
        random_history history{seed, true};
        const cluster on = history.used_cluster();
        const task_mix expected = history.any_mix(on);
        const policy::fragmentation_table table{expected};
        for (std::uint32_t n = 0; n < on.size(); ++n)
            RC_ASSERT(table.view().fragmentation(on[node_id{n}]) ==
                      obvious_fragmentation(on[node_id{n}], expected));
    });
}

TEST(fragmentation_table, gives_the_published_values) { // F1 to F4 of the simulator's unit test
    const task_mix mix = published_mix().second;
    EXPECT_NEAR(published_fragmentation({200, 1000, 1000, 500}, mix), 2566.62, 0.01);
    EXPECT_NEAR(published_fragmentation({1000, 1000, 1000, 1000}, mix), 3802.4, 0.01);
    EXPECT_NEAR(published_fragmentation({1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000}, mix), 7604.8, 0.01);
    task_mix one;
    one.add(asking(6000, 1, 465), 933);
    EXPECT_NEAR(published_fragmentation({200, 1000, 1000, 500}, one), 251.91, 0.01);
}

TEST(fragmentation_table,
     counts_gpus_too_small_as_unusable) { // "unusable" of the same test: enough CPU, two whole GPUs
    task_mix one;
    one.add(asking(1000, 2, 1000), 10000);
    EXPECT_NEAR(published_fragmentation({200, 1000, 1000, 500}, one), 700, 1e-9);
    EXPECT_NEAR(published_fragmentation({1000, 1000, 1000, 1000}, one), 0, 1e-9);
}

TEST(fragmentation_table_death, refuses_a_mix_whose_scores_could_overflow) {
    task_mix huge;
    huge.add({.cpu = 1_cores}, (1 << 20) + 1);
    EXPECT_DEATH((policy::fragmentation_table{huge}), "at most 2\\^20 expected tasks");
}
