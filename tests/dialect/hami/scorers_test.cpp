// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/scorers.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include "support/one_gpu.hpp"
#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace gpupack;

namespace {

/// The device score in plain words.
double device_score(const node_view& node, int i, const request& request) {
    const gpu_capacity& of = node.capacity(i);
    const bool whole = request.share.way() == sharing::exclusive;
    const double cores = whole ? of.compute : number(request.share.compute());
    const double memory = whole ? of.memory : request.share.memory_of(of.memory);
    const double cores_part = (of.compute - node.gpu(i).compute_free + cores) / of.compute;
    const double memory_part = of.memory == 0 ? cores_part : (of.memory - node.gpu(i).memory_free + memory) / of.memory;
    return 10 * ((node.gpu(i).sharers() + 1.0) / of.max_sharers + cores_part + memory_part);
}

} // namespace

TEST(hami, takes_the_gpus_that_stand_last_in_its_list) { // with the request added, as in its unit tests
    for_random_nodes([](const node_view& node, const request& request) {
        if (request.gpus == 0 || in_profiles(request.share.way()) || request.share.is_split()) return;
        if (request.numa != numa_alignment::none) return; // its list knows no NUMA nodes
        for (const auto rule : {dialect::hami_rule::binpack, dialect::hami_rule::spread}) {
            const dialect::hami_gpus scorer{.rule = rule, .with_request = true};
            const gpu_set taken = policy::select_gpus(scorer, node, request).gpus;
            const double sign = rule == dialect::hami_rule::binpack ? 1 : -1;
            double worst_taken = 1e9;
            for_each_gpu(taken,
                         [&](int i) { worst_taken = std::min(worst_taken, sign * device_score(node, i, request)); });
            for_each_gpu(fit::fitting_gpus(node, request), [&](int i) {
                if (!taken.contains(i)) RC_ASSERT(sign * device_score(node, i, request) <= worst_taken + 1e-5);
            });
        }
    });
}

TEST(hami, scores_nodes_before_the_request_is_added) {
    for_random_nodes([](const node_view& node, const request& request) {
        if (request.gpus == 0) return;
        double slots = 0, all_slots = 0, memory = 0, all_memory = 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            slots += node.gpu(i).sharers();
            all_slots += node.capacity(i).max_sharers;
            memory += node.capacity(i).memory - node.gpu(i).memory_free;
            all_memory += node.capacity(i).memory;
        }
        const double cores = number(node.compute() - node.compute_free()) / number(node.compute());
        const double real = 10 * (slots / all_slots + cores + (all_memory > 0 ? memory / all_memory : cores));
        const double told = static_cast<double>(dialect::hami_node{policy::strategy::binpack}(node, request)) / 1e6;
        RC_ASSERT(std::abs(told - real) < 1e-4);
        RC_ASSERT(dialect::hami_node{policy::strategy::spread}(node, request) ==
                  -dialect::hami_node{policy::strategy::binpack}(node, request));
    });
}

TEST(hami, breaks_ties_by_the_higher_numa_node) { // and otherwise only where the task is bound to one
    cluster on = cluster_builder{}
                     .add_nodes(1, {1_cores, 1_GiB, {{2, models::t4, {.numa = 0}}, {2, models::t4, {.numa = 1}}}})
                     .build()
                     .value();
    const request request{.gpus = 1, .share = slice{.compute = 100_milli}};
    const auto pick = [&](const dialect::hami_gpus& scorer) {
        return policy::select_gpus(scorer, on[node_id{0}], request).gpus;
    };
    EXPECT_EQ(pick({dialect::hami_rule::binpack}), gpu_set::of(2));
    EXPECT_EQ(pick({dialect::hami_rule::spread}), gpu_set::of(2));
    (void)on.take(node_id{0}, gpu_set::of(1), request);
    (void)on.take(node_id{0}, gpu_set::of(2), request);
    EXPECT_EQ(pick({dialect::hami_rule::binpack}), gpu_set::of(2));
    (void)on.take(node_id{0}, gpu_set::of(1), request);
    EXPECT_EQ(pick({dialect::hami_rule::binpack}), gpu_set::of(1)); // load first
    EXPECT_EQ(pick({dialect::hami_rule::spread}), gpu_set::of(3));
    EXPECT_EQ(pick({dialect::hami_rule::binpack, true}), gpu_set::of(1));
    EXPECT_EQ(pick({dialect::hami_rule::spread, true}), gpu_set::of(3));
}

TEST(hami,
     takes_idle_gpus_first_under_mutex) { // with one idle GPU and two wanted, the idle one is among them
    cluster on = a100s(3);
    const request request{.gpus = 1, .share = slice{.compute = 100_milli}};
    (void)on.take(node_id{0}, gpu_set::of(0), request);
    (void)on.take(node_id{0}, gpu_set::of(1), request);
    const dialect::hami_gpus by{dialect::hami_rule::mutex};
    EXPECT_EQ(policy::select_gpus(by, on[node_id{0}], request).gpus, gpu_set::of(2));
    EXPECT_EQ(policy::select_gpus(by, on[node_id{0}], {.gpus = 2, .share = request.share}).gpus,
              gpu_set::of(0) | gpu_set::of(2));
}

TEST(hami, scores_nothing_where_there_is_none_of_a_dimension) {
    EXPECT_EQ(dialect::hami_score({.slots_used = 3, .slots = 10, .cores_used = 1, .cores = 10}), 0);
}

TEST(hami, leaves_the_request_out_of_the_device_score_as_installed) {
    cluster on = cluster_builder{}
                     .add_nodes(1, {1_cores, 1_GiB, {{1, models::a100_80gb, {}}, {1, models::t4, {}}}})
                     .build()
                     .value();
    const request part{.gpus = 1, .share = slice{.memory = 12_GiB}};
    const auto pick = [&](bool with_request) {
        const dialect::hami_gpus by{.rule = dialect::hami_rule::spread, .with_request = with_request};
        return policy::select_gpus(by, on[node_id{0}], part).gpus.lowest();
    };
    EXPECT_EQ(pick(true), 0) << "on the T4 it takes the larger part";
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory = 1_GiB}});
    EXPECT_EQ(pick(true), 0);
    EXPECT_EQ(pick(false), 1) << "with nothing on it, the T4 has the lower score";
}
