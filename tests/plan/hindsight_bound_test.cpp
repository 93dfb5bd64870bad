// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/hindsight_bound.hpp>

#include "plan/most_placed.hpp"
#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

std::int64_t bound(const cluster& on, const task_mix& arrived) {
    return plan::hindsight_bound(on, arrived).count();
}

} // namespace

TEST(hindsight_bound, is_never_below_what_brute_force_allocates) {
    std::int64_t found = 0;
    std::int64_t told = 0;
    for_all([&](std::uint64_t seed) {
        random_stream random{seed};
        cluster on = small_cluster(random);
        std::vector<request> tasks(3 + random.below(5));
        for (request& each : tasks) each = small_task(random);
        const std::int64_t most = most_placed(on, tasks);
        const std::int64_t at_most = bound(on, mix_of(tasks));
        RC_ASSERT(most <= at_most);
        found += most;
        told += at_most;
    });
    EXPECT_LE(told * 100, found * 105); // and tight, although so few tasks leave much to chance
}

TEST(hindsight_bound, is_never_below_what_any_way_of_sharing_allocates) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.any_cluster();
        scheduler by{on, policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        std::vector<request> kinds(6);
        for (request& each : kinds) each = history.any_request(on);
        task_mix arrived;
        for (int i = 0; i < 60; ++i) {
            const request& request = kinds[history.below(kinds.size())];
            arrived.add(request);
            (void)by.try_place(request);
        }
        constexpr std::size_t few = 1'000'000; // for speed: with any number of operations it is a bound
        // Instances that are booked in whole percent may count for more than a GPU.
        const milli_gpu served = std::min(replay::served_compute(by.cluster()), on.compute());
        RC_ASSERT(served <= plan::hindsight_bound(on, arrived, few));
    });
}

TEST(hindsight_bound, is_never_below_the_best_of_all_ways_to_share) {
    for_all([](std::uint64_t seed) {
        small_sharing drawn = small_sharing::from(seed);
        const std::int64_t most = most_placed(drawn.nodes, drawn.tasks);
        RC_ASSERT(most <= bound(drawn.nodes, mix_of(drawn.tasks)));
    });
}

TEST(hindsight_size_bound, is_never_below_the_best_of_all_ways_to_share) {
    for_all([](std::uint64_t seed) {
        small_sharing drawn = small_sharing::from(seed);
        const std::int64_t most = most_by_size(drawn.nodes, drawn.tasks, drawn.sizes);
        RC_ASSERT(most <= plan::hindsight_size_bound(drawn.nodes, mix_of(drawn.tasks), drawn.of_mix));
    });
}

// So few tasks leave much to chance; the seeds are always the same.
TEST(hindsight_bound, is_not_far_above_the_best_of_all_ways_to_share) {
    std::int64_t used = 0;
    std::int64_t used_at_most = 0;
    std::int64_t size = 0;
    std::int64_t size_at_most = 0;
    for (std::uint64_t number = 0; number < 200; ++number) {
        small_sharing drawn = small_sharing::from(number * 0x9E3779B97F4A7C15ULL);
        used += most_placed(drawn.nodes, drawn.tasks);
        used_at_most += bound(drawn.nodes, mix_of(drawn.tasks));
        size += most_by_size(drawn.nodes, drawn.tasks, drawn.sizes);
        size_at_most += plan::hindsight_size_bound(drawn.nodes, mix_of(drawn.tasks), drawn.of_mix);
    }
    EXPECT_LE(used_at_most * 100, used * 125);
    EXPECT_LE(size_at_most * 100, size * 120);
}

TEST(hindsight_bound, counts_the_memory_of_gpus) {
    const cluster a10s = nodes_of(3, {64_cores, 64_GiB, {2, models::a10}});
    const auto slices = [](mebibytes memory, milli_gpu compute) {
        return mix_of(std::vector<request>(50, {.gpus = 1, .share = slice{.memory = memory, .compute = compute}}));
    };
    const auto part = [](std::int64_t mib) { return mib * 1000 / models::a10.memory.count(); };
    // Two slices of 12 GiB are more than a GPU has. With less memory than compute, the compute counts.
    EXPECT_EQ(bound(a10s, slices(12_GiB, {})), part(6 * 12 * 1024));
    EXPECT_EQ(bound(a10s, slices(2_GiB, 300_milli)), 6 * 900);
    EXPECT_EQ(bound(a10s, slices(12_GiB, 300_milli)), part(6 * 12 * 1024));
    EXPECT_EQ(bound(a10s, slices(7_GiB, 100_milli)), part(6 * 21 * 1024));
    // What arrives is no more.
    const task_mix two = mix_of(std::vector<request>(2, {.gpus = 1, .share = slice{.memory = 11_GiB}}));
    EXPECT_EQ(bound(a10s, two), part(22 * 1024));
}

TEST(hindsight_bound, keeps_to_places_of_instances) {
    const cluster on = nodes_of(2, {64_cores, 64_GiB, {2, models::a100_40gb}});
    const auto mig = [&](const char* name, int count) {
        const request request{.gpus = 1, .share = mig_profile(on.models(), name).value()};
        return std::vector<gpupack::request>(static_cast<std::size_t>(count), request);
    };
    EXPECT_EQ(bound(on, mix_of(mig("1g.5gb", 50))), 4 * 7 * 142);
    EXPECT_EQ(bound(on, mix_of(mig("3g.20gb", 50))), 4 * 1000); // all of the memory
    EXPECT_EQ(bound(on, mix_of(mig("4g.20gb", 50))), 4 * 571);
    std::vector<request> tasks = mig("4g.20gb", 50); // beside one of these, nothing but 3g or less
    const std::vector<request> beside = mig("2g.10gb", 1);
    tasks.insert(tasks.end(), beside.begin(), beside.end());
    EXPECT_EQ(bound(on, mix_of(tasks)), 4 * 571 + 285);
}

TEST(hindsight_bound, gives_as_many_vgpus_as_a_gpu_has) {
    const cluster on = nodes_of(2, {64_cores, 64_GiB, {2, models::t4}});
    const request quarter{.gpus = 1, .share = vgpu_fraction(on.models(), 4).value()};
    EXPECT_EQ(bound(on, mix_of(std::vector<request>(13, quarter))), 13 * 250);
    EXPECT_EQ(bound(on, mix_of(std::vector<request>(50, quarter))), 4000);
}

TEST(hindsight_bound, shares_a_gpu_in_one_way) {
    const cluster on = nodes_of(2, {64_cores, 64_GiB, {2, models::a100_40gb}});
    std::vector<request> tasks(1, {.gpus = 1, .share = slice{.memory = 30_GiB}});
    const request instance{.gpus = 1, .share = mig_profile(on.models(), "4g.20gb").value()};
    tasks.resize(51, instance); // on the GPU of the slice, none
    EXPECT_EQ(bound(on, mix_of(tasks)), 3 * 571 + 30 * 1024 * 1000 / models::a100_40gb.memory.count());
}

TEST(hindsight_size_bound, counts_sizes_where_both_amounts_bind) {
    const cluster a10s = nodes_of(3, {64_cores, 64_GiB, {2, models::a10}});
    // By compute and by memory two would fit a GPU each, one of each kind does.
    const task_mix mix =
        mix_of({{.gpus = 1, .share = slice{2_GiB, 900_milli}}, {.gpus = 1, .share = slice{20_GiB, 100_milli}}});
    EXPECT_EQ(plan::hindsight_size_bound(a10s, mix, {900, 890}), 1790);
    const cluster one = nodes_of(1, {64_cores, 64_GiB, {1, models::a10}});
    EXPECT_EQ(plan::hindsight_size_bound(one, mix, {900, 890}), 1790); // more than the GPU is
    const task_mix wide =
        mix_of({{.gpus = 1, .share = slice{2_GiB, 900_milli}}, {.gpus = 1, .share = slice{21_GiB, 100_milli}}});
    EXPECT_EQ(plan::hindsight_size_bound(one, wide, {900, 890}), 900);
}

// The millionth part of a small GPU is less than 1 MiB: a slice of it takes nothing, and any number of them fit.
TEST(hindsight_size_bound, counts_all_slices_that_take_nothing) {
    const cluster t4s = nodes_of(2, {64_cores, 64_GiB, {2, models::t4}});
    const request nothing{.gpus = 1, .share = slice{.memory_millionths = 1}};
    const request half{.gpus = 1, .share = slice{.memory = 7_GiB}};
    std::vector<request> tasks(30, nothing);
    EXPECT_EQ(plan::hindsight_size_bound(t4s, mix_of(tasks), {417}), 30 * 417);
    tasks.resize(32, half);
    EXPECT_EQ(plan::hindsight_size_bound(t4s, mix_of(tasks), {417, 1000}), 30 * 417 + 2 * 1000);
    tasks.resize(50, half);
    EXPECT_GE(plan::hindsight_size_bound(t4s, mix_of(tasks), {417, 1000}), 30 * 417 + 8 * 1000);
}

TEST(hindsight_bound, of_compute_alone_is_what_it_was) {
    const workload::workload openb = workload::openb();
    const cluster on = openb.build().value();
    const auto of_load = [&](std::uint64_t seed, std::int64_t load) {
        return bound(on, workload::arrived_mix(openb.tasks, workload::draw_arrivals(openb, seed, load)));
    };
    EXPECT_EQ(of_load(42, 1000), 6'020'070);
    EXPECT_EQ(of_load(43, 1300), 6'205'220);
}

TEST(hindsight_bound, sees_what_strands_gpus) {
    const request one{.cpu = 8_cores, .memory = 8_GiB, .gpus = 1};
    // Room for both GPUs, CPU for one task a node; memory for one; and what is asked for.
    EXPECT_EQ(bound(nodes_of(5, {12_cores, 64_GiB, {2, models::t4}}), mix_of(std::vector<request>(50, one))), 5000);
    EXPECT_EQ(bound(nodes_of(5, {64_cores, 12_GiB, {2, models::t4}}), mix_of(std::vector<request>(50, one))), 5000);
    EXPECT_EQ(bound(nodes_of(5, {64_cores, 64_GiB, {2, models::t4}}), mix_of(std::vector<request>(50, one))), 10000);
    EXPECT_EQ(bound(nodes_of(5, {64_cores, 64_GiB, {2, models::t4}}), mix_of(std::vector<request>(7, one))), 7000);
    // Two slices of 600 do not fit one GPU, and 8 GPUs do not fit a node of 4.
    const request part{.gpus = 1, .share = slice{.memory = {}, .compute = 600_milli}};
    EXPECT_EQ(bound(nodes_of(3, {64_cores, 64_GiB, {2, models::t4}}), mix_of(std::vector<request>(50, part))), 3600);
    const request wide{.gpus = 8};
    EXPECT_EQ(bound(nodes_of(3, {64_cores, 64_GiB, {4, models::t4}}), mix_of(std::vector<request>(50, wide))), 0);
    // 3 GPUs leave the fourth of a node idle, but for the one slice that came.
    const request three{.gpus = 3};
    std::vector<request> tasks(50, three);
    tasks.push_back(part);
    EXPECT_EQ(bound(nodes_of(3, {64_cores, 64_GiB, {4, models::t4}}), mix_of(tasks)), 9600);
}

TEST(hindsight_bound, of_the_wrong_model_nothing_is_used) {
    cluster_builder builder;
    builder.add_nodes(2, {64_cores, 64_GiB, {4, models::t4}});
    builder.add_nodes(1, {64_cores, 64_GiB, {4, models::p100}});
    const cluster on = std::move(builder).build().value();
    request one{.gpus = 1};
    one.models = model_set::of(*on.models().find("P100"));
    EXPECT_EQ(bound(on, mix_of(std::vector<request>(50, one))), 4000);
}

TEST(hindsight_bound, of_nothing_is_nothing) {
    const cluster gpus = nodes_of(2, {64_cores, 64_GiB, {4, models::t4}});
    EXPECT_EQ(bound(gpus, {}), 0);
    EXPECT_EQ(bound(gpus, mix_of({request{.cpu = 8_cores}})), 0);
    EXPECT_EQ(bound(nodes_of(2, {64_cores, 64_GiB}), mix_of({request{.gpus = 1}})), 0);
}

TEST(hindsight_bound, of_many_kinds_is_rougher_but_still_one) {
    // 3,000 nodes, no two alike: room for one task each.
    cluster_builder builder;
    for (int i = 0; i < 3000; ++i)
        builder.add_nodes(1, {milli_cpu{12'000 + i}, mebibytes{64'000 + 7 * i}, {2, models::t4}});
    const cluster on = std::move(builder).build().value();
    task_mix arrived;
    arrived.add({.cpu = 8_cores, .memory = 8_GiB, .gpus = 1}, 10'000);
    const std::int64_t at_most = bound(on, arrived);
    EXPECT_GE(at_most, 3'000'000);
    EXPECT_LE(at_most, 3'200'000); // of 6,000,000
}

TEST(hindsight_bound, of_many_shapes_is_rougher_but_still_one) {
    // 2,000 shapes: more than are told apart.
    std::vector<request> tasks;
    for (int i = 0; i < 2000; ++i)
        tasks.push_back({.cpu = milli_cpu{6000 + i}, .memory = mebibytes{1000 + i}, .gpus = 1});
    const cluster on = nodes_of(100, {16_cores, 64_GiB, {8, models::t4}});
    const std::int64_t at_most = bound(on, mix_of(tasks));
    EXPECT_GE(at_most, 200'000);
    EXPECT_LE(at_most, 210'000); // of 800,000: two tasks a node
}

// The limit on the search is the caller's: fewer operations give a bound that is valid, and no tighter.
TEST(hindsight_bound, holds_with_any_number_of_operations) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        random_stream random{seed};
        cluster cluster = small_cluster(random);
        std::vector<request> tasks(3 + random.below(3));
        for (request& each : tasks) each = small_task(random);
        const std::int64_t most = most_placed(cluster, tasks);
        EXPECT_LE(most, plan::hindsight_bound(cluster, mix_of(tasks), 0).count());
        EXPECT_LE(most, plan::hindsight_bound(cluster, mix_of(tasks), 1000).count());
    }
}
