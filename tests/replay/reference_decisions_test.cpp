// SPDX-License-Identifier: Apache-2.0
// What the published simulator of FGD decided, task by task, against what we decide: the default tasks (seed 42) and
// tasks with lists of GPU models (seed 44), both at load 1.3.
#include "support/float_fgd.hpp"
#include "support/openb_data.hpp"

#include <gpupack/policy/fgd.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

task_mix typical_of(const reference_decisions& reference) {
    return reference.workload.mix().typical(95);
}

float_fgd rounded_as_the_simulator(const reference_decisions& reference) {
    return float_fgd{typical_of(reference), static_cast<std::int64_t>(reference.workload.tasks.size())};
}

/// Whether the task went where the simulator put it, or both found no place.
template <class Choice> bool went_alike(const Choice& ours, const reference_decisions::decision& recorded) {
    if (!ours || !recorded.node) return !ours && !recorded.node;
    return ours->node == *recorded.node && ours->gpus == recorded.gpus;
}

struct agreement {
    std::size_t alike = 0;
    double allocated_percent = 0;
};

/// Lets the tasks come in the recorded order to an idle cluster, under a policy.
template <class Policy> agreement replay_reference(const reference_decisions& reference, const Policy& policy) {
    scheduler scheduler{reference.workload.build(reference.node_order).value(), policy};
    agreement result;
    for (const reference_decisions::decision& recorded : reference.decisions)
        result.alike += went_alike(scheduler.try_place(recorded.request), recorded) ? 1U : 0U;
    result.allocated_percent = replay::allocated_percent(scheduler.cluster());
    return result;
}

double recorded_allocation(const reference_decisions& reference) {
    std::int64_t sum = 0;
    for (const reference_decisions::decision& recorded : reference.decisions)
        if (recorded.node) sum += recorded.request.total_compute().count();
    return replay::percent(sum, 6212 * 1000);
}

/// Decides each task from the state that the simulator was in, so that no difference follows from another; checks that
/// each difference is a rounding error at a whole score, and returns how many there are.
std::size_t rounding_errors(const reference_decisions& reference) {
    const policy::fgd exact{typical_of(reference)};
    const float_fgd rounded = rounded_as_the_simulator(reference);
    cluster cluster = reference.workload.build(reference.node_order).value();
    std::size_t differences = 0;
    for (const reference_decisions::decision& recorded : reference.decisions) {
        const request& request = recorded.request;
        const policy::decision question{cluster, request, 0};
        const auto ours = search::scan::searcher{}.find(exact, question);
        EXPECT_EQ(ours.has_value(), recorded.node.has_value());
        if (ours && recorded.node && !went_alike(ours, recorded)) {
            ++differences;
            // In exact arithmetic the two score alike and the lower node wins; in floating point one loses a bit.
            const auto scorer = exact.prepare(question);
            const candidate chosen{cluster[ours->node], ours->gpus};
            const candidate theirs{cluster[*recorded.node], recorded.gpus};
            EXPECT_EQ(scorer(chosen, request), scorer(theirs, request));
            EXPECT_LT(ours->node, *recorded.node);
            EXPECT_EQ(rounded(chosen, request) + 1, scorer(chosen, request));
            EXPECT_NEAR(rounded.fall(chosen, request), 0.0, 1e-9);
        }
        if (recorded.node) (void)cluster.take(*recorded.node, recorded.gpus, request);
    }
    return differences;
}

} // namespace

TEST(reference_decisions, on_the_default_tasks_fgd_decides_as_the_simulator_in_999_of_1000_and_ends_alike) {
    const reference_decisions reference = read_reference_decisions("default");
    ASSERT_EQ(reference.decisions.size(), 10866U);
    const agreement ours = replay_reference(reference, policy::fgd{typical_of(reference)});
    EXPECT_EQ(ours.alike, 10857U); // docs/fgd.md explains the nine
    EXPECT_DOUBLE_EQ(ours.allocated_percent, recorded_allocation(reference));
}

TEST(reference_decisions, on_tasks_with_model_lists_fgd_decides_as_the_simulator_until_a_rounding_error) {
    const reference_decisions reference = read_reference_decisions("gpuspec10");
    ASSERT_EQ(reference.decisions.size(), 10863U);
    const agreement ours = replay_reference(reference, policy::fgd{typical_of(reference)});
    EXPECT_EQ(ours.alike, 7413U); // docs/fgd.md: the first difference, of decision 2,443, is a rounding error
    EXPECT_NEAR(ours.allocated_percent, recorded_allocation(reference), 0.03);
}

TEST(reference_decisions, on_the_default_tasks_each_difference_is_a_rounding_error) {
    EXPECT_EQ(rounding_errors(read_reference_decisions("default")), 3U);
}

TEST(reference_decisions, on_tasks_with_model_lists_each_difference_is_a_rounding_error) {
    EXPECT_EQ(rounding_errors(read_reference_decisions("gpuspec10")), 86U);
}

TEST(reference_decisions, fgd_in_the_simulators_floating_point_decides_every_one_alike) {
    for (const char* tasks : {"default", "gpuspec10"}) {
        const reference_decisions reference = read_reference_decisions(tasks);
        const agreement ours = replay_reference(reference, rounded_as_the_simulator(reference));
        EXPECT_EQ(ours.alike, reference.decisions.size()) << tasks;
    }
}
