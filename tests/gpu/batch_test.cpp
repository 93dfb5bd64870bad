// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/batch.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(batch, places_as_the_scan_by_fgd) {
    check_batches([](const task_mix& mix, std::uint64_t) { return policy::fgd{mix}; });
}

TEST(batch, places_as_the_scan_by_binpack) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{});
    });
}

TEST(batch, places_as_the_scan_by_best_fit) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{});
    });
}

TEST(batch, places_as_the_scan_by_keys_of_two_scores) {
    check_batches([](const task_mix& mix, std::uint64_t) {
        return policy::then(policy::quantize(policy::fragmentation{mix}, 100), policy::best_fit{});
    });
}

TEST(batch, places_as_the_scan_where_slices_are_rounded_up) {
    check_batches([](const task_mix&, std::uint64_t) { return dialect::kubernetes_default{}; },
                  request_rule::whole_gpus);
}

TEST(batch, draws_as_random_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        return policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed});
    });
}

TEST(batch, normalizes_over_the_nodes_that_fit) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::node_then_gpus(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{});
    });
}

TEST(batch, measures_nodes_as_kai_does) {
    check_batches([](const task_mix&, std::uint64_t seed) {
        const auto lean = seed % 4 == 0 ? policy::strategy::spread : policy::strategy::binpack;
        return policy::node_then_gpus(dialect::kai_node{lean}, dialect::kai_gpus{lean});
    });
}

TEST(batch, prices_each_decision_as_mig_scarcity_does) {
    check_batches([](const task_mix& mix, std::uint64_t) { return policy::mig_scarcity{mix}; });
}

// More nodes than a tree of two levels holds, and a batch that the cluster cannot take all of.
TEST(batch, places_openb_as_the_indexed_engine) {
    const workload::workload openb = workload::openb();
    const cluster on = openb.build(workload::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> request;
    for (const workload::arrival& each : workload::draw_arrivals(openb, 42, 1300))
        request.push_back(openb.tasks[each.task].request);
    const policy::fgd by{openb.mix().typical(95)};
    const auto choices = place_in(on, by, request);
    EXPECT_TRUE(as_one_by_one<search::indexed>(on, by, request, choices));
}

// A resident cluster shows the choices only where they were taken.
TEST(batch, leaves_a_resident_cluster_as_its_owner_has_it) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        drawn_batch drawn = drawn_batch::from(seed, 120);
        const policy::fgd by{drawn.mix};
        host_space in;
        gpu::resident_cluster resident{in, drawn.cluster};
        const auto first = gpu::place_batch(resident, drawn.cluster, by, drawn.requests).value();
        EXPECT_EQ(first, place_in(drawn.cluster, by, drawn.requests));
        EXPECT_EQ(first, gpu::place_batch(resident, drawn.cluster, by, drawn.requests).value());
        (void)plan::commit_batch(drawn.cluster, drawn.requests, first);
        EXPECT_EQ(gpu::place_batch(resident, drawn.cluster, by, drawn.requests).value(),
                  place_in(drawn.cluster, by, drawn.requests));
    }
}

// A number is used again once its node is gone; the id of the node that was there would be refused.
TEST(batch, names_the_nodes_that_are_there_now) {
    cluster on = cluster_builder{}.add_nodes(5, {64_cores, 64_GiB, {2, models::a30}}).build().value();
    (void)on.remove_node(node_id{0});
    const node_id again = on.add_node("again", {64_cores, 64_GiB, {2, models::a30}}).value();
    ASSERT_EQ(again, node_id(0, 1));
    const std::vector<request> requests(4, request{.cpu = 1_cores, .gpus = 1});
    task_mix mix;
    mix.add(requests.front());
    const auto choices = place_in(on, policy::fgd{mix}, requests);
    EXPECT_EQ(choices.front().node, again);
    EXPECT_TRUE(as_one_by_one<search::scan>(on, policy::fgd{mix}, requests, choices));
    const auto drawn = place_in(on, policy::lookahead{mix}, requests);
    EXPECT_TRUE(as_one_by_one<search::scan>(on, policy::lookahead{mix}, requests, drawn));
}

TEST(batch, of_nothing_places_nothing) {
    const drawn_batch drawn = drawn_batch::from(1, 1);
    EXPECT_TRUE(place_in(drawn.cluster, policy::best_fit{}, {}).empty());
    const cluster nowhere = cluster_builder{}.build().value();
    const auto choices = place_in(nowhere, policy::best_fit{}, {request{.cpu = 1_cores}});
    ASSERT_EQ(choices.size(), 1U);
    EXPECT_FALSE(choices[0].found());
}

TEST(batch, has_room_for_one_tree_at_least) {
    using policy_type = policy::best_fit;
    EXPECT_EQ(gpu::trees_within<policy_type>(1, 100'000), 1U);
    // 8 bytes a key, 4 the GPUs that it is of, 1 whether it has entered, and 16 a winner of every 16, 256, ... nodes.
    const std::size_t tree = 100'000 * 13 + (6250 + 391 + 25 + 2 + 1) * 16;
    EXPECT_EQ(gpu::trees_within<policy_type>(10 * tree, 100'000), 10U);
    EXPECT_EQ(gpu::trees_within<policy_type>(10 * tree - 1, 100'000), 9U);
}
