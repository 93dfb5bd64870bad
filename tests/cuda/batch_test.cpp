#include <gpupack/cuda/batch.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/kubernetes.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/replay/arrivals.hpp>
#include <gpupack/replay/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include "cuda/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(batch, places_as_the_scan_by_fgd) {
    check_batches([](const task_mix& mix, std::uint64_t) { return policy::fgd{mix}; });
}

TEST(batch, places_as_the_scan_by_binpack) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::two_level(policy::binpack{}, policy::gpu_best_fit{});
    });
}

TEST(batch, places_as_the_scan_by_best_fit) {
    check_batches([](const task_mix&, std::uint64_t) {
        return policy::two_level(policy::best_fit{}, policy::gpu_best_fit{});
    });
}

TEST(batch, places_as_the_scan_by_keys_of_two_scores) {
    check_batches([](const task_mix& mix, std::uint64_t) {
        return policy::then(policy::quantize(policy::fragmentation{mix}, 100), policy::best_fit{});
    });
}

TEST(batch, places_as_the_scan_where_slices_are_rounded_up) {
    check_batches([](const task_mix&, std::uint64_t) { return policy::whole_gpus(policy::kubernetes_default{}); });
}

// More nodes than a tree of two levels holds, and a batch that the cluster cannot take all of.
TEST(batch, places_openb_as_the_indexed_engine) {
    const io::trace openb = replay::openb();
    const cluster on = openb.build(replay::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> asked;
    for (const std::size_t task : replay::draw_arrivals(openb, 42, 1300)) asked.push_back(openb.tasks[task].asked);
    const policy::fgd by{openb.mix().typical(95)};
    const auto choices = cuda::place_batch_on_host(on, by, asked);
    EXPECT_TRUE(as_one_by_one<search::indexed>(on, by, asked, choices));
}

// A resident cluster shows the choices only where they were taken.
TEST(batch, leaves_a_resident_cluster_as_its_owner_has_it) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        drawn_batch drawn = drawn_batch::from(seed, 120);
        const policy::fgd by{drawn.mix};
        cuda::host_space in;
        cuda::resident_cluster resident{in, drawn.on};
        const auto first = cuda::place_batch(resident, drawn.on, by, drawn.asked).value();
        EXPECT_EQ(first, cuda::place_batch_on_host(drawn.on, by, drawn.asked));
        EXPECT_EQ(first, cuda::place_batch(resident, drawn.on, by, drawn.asked).value());
        (void)cuda::commit_batch(drawn.on, by, drawn.asked, first);
        EXPECT_EQ(cuda::place_batch(resident, drawn.on, by, drawn.asked).value(),
                  cuda::place_batch_on_host(drawn.on, by, drawn.asked));
    }
}

TEST(batch, of_nothing_places_nothing) {
    const drawn_batch drawn = drawn_batch::from(1, 1);
    EXPECT_TRUE(cuda::place_batch_on_host(drawn.on, policy::best_fit{}, {}).empty());
    const cluster nowhere = cluster_builder{}.build().value();
    const auto choices = cuda::place_batch_on_host(nowhere, policy::best_fit{}, {request{.cpu = 1_cores}});
    ASSERT_EQ(choices.size(), 1U);
    EXPECT_FALSE(choices[0].placed());
}

TEST(batch, has_room_for_one_tree_at_least) {
    using policy_type = policy::best_fit;
    EXPECT_EQ(cuda::trees_within<policy_type>(1, 100'000), 1U);
    // 8 bytes a key, 1 whether it has entered, and 16 a winner of every 16, 256, ... nodes.
    const std::size_t tree = 100'000 * 9 + (6250 + 391 + 25 + 2 + 1) * 16;
    EXPECT_EQ(cuda::trees_within<policy_type>(10 * tree, 100'000), 10U);
    EXPECT_EQ(cuda::trees_within<policy_type>(10 * tree - 1, 100'000), 9U);
}
