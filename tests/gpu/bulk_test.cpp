// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/bulk.hpp>

#include <gpupack/fit/diagnose.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>

#include "support/random_history.hpp"
#include "support/test_space.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

using namespace gpupack;
namespace gpu = gpupack::gpu; // as a user writes it: libcu++ has a namespace cuda of its own

namespace {

/// A policy of a user's own that looks a price up in a table: what a kernel may be made of.
struct priced_scorer {
    const std::int64_t* prices = nullptr;
    std::int32_t count = 0;

    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(prices, static_cast<std::size_t>(count));
    }
    GPUPACK_HD constexpr policy::score operator()(const node_view& node, const request&) const noexcept {
        return prices[node.compute_free().count() % count];
    }
};

struct priced {
    std::shared_ptr<const std::vector<std::int64_t>> prices =
        std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{4, 1, 3, 1, 5, 9, 2});

    static constexpr policy::policy_properties properties{};

    [[nodiscard]] priced_scorer prepare(const policy::decision&) const {
        return {prices->data(), static_cast<std::int32_t>(prices->size())};
    }
};

/// Some thousand nodes in many states: more than one block of a kernel, or thread of a host, looks at.
cluster large_cluster(random_history& history) {
    scheduler by{cluster_builder{}
                     .add_nodes(1700, {.cpu = milli_cpu{64'000}, .memory = mebibytes{65'536}, .gpus = {4, models::t4}})
                     .add_nodes(900, {.cpu = milli_cpu{96'000}, .memory = mebibytes{9'000}, .gpus = {8, models::a30}})
                     .add_nodes(333, {.cpu = milli_cpu{3'000}, .memory = mebibytes{1'000}})
                     .build()
                     .value(),
                 policy::node_then_gpus(policy::random{5}, policy::gpu_random{6})};
    (void)history.play(by, 2500);
    return by.cluster();
}

/// One random cluster with things placed, in the memory of the space.
struct world {
    explicit world(std::uint64_t seed, bool large = false)
        : history{seed}, by{large ? large_cluster(history) : history.used_cluster(), policy::best_fit{}},
          in{test::open_space()}, there{*in, by.cluster()}, mix{history.any_mix(by.cluster())} {
        for (int i = 0; i < 6; ++i) requests.push_back(history.any_request(by.cluster()));
    }

    /// Places and closes some more, and tells.
    void change() {
        for (int i = 0; i < 12; ++i) {
            const node_id closed{static_cast<std::uint32_t>(history.below(by.cluster().size()))};
            if (i % 6 == 0) by.set_closed(closed, history.below(2) == 0);
            there.changed(closed);
            if (const auto placed = by.try_place(history.any_request(by.cluster()))) there.changed(placed->node);
        }
    }

    random_history history;
    scheduler<policy::best_fit> by;
    std::unique_ptr<test::space> in;
    gpu::resident_cluster<test::space> there;
    task_mix mix;
    std::vector<request> requests;
};

/// The best nodes of every request as the scheduler lists them.
template <class Policy> void expect_as_explained(world& of, const Policy& policy, std::uint32_t length) {
    const cluster& on = of.by.cluster();
    const auto told = gpu::best_nodes(of.there, on, policy, of.requests, length);
    ASSERT_TRUE(told) << told.error();
    const scheduler explaining{on, policy};
    for (std::size_t r = 0; r < of.requests.size(); ++r) {
        const auto expected = explaining.explain(of.requests[r], length);
        for (std::uint32_t k = 0; k < length; ++k) {
            const auto& found = (*told)[r * length + k];
            ASSERT_EQ(found.found(), k < expected.options.size()) << "request " << r << ", place " << k;
            if (!found.found()) continue;
            const auto& option = expected.options[k];
            EXPECT_EQ(found.node, option.node);
            EXPECT_TRUE(found.score == option.score);
            EXPECT_EQ(found.gpus, option.gpus);
            EXPECT_EQ(found.slots, option.slots);
        }
    }
}

template <class MakePolicy> void expect_alike_on_many_clusters(const MakePolicy& make) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        world of{seed};
        const auto policy = make(of.mix);
        for (const std::uint32_t length : {1U, 3U, 20U}) {
            expect_as_explained(of, policy, length);
            if (testing::Test::HasFatalFailure()) return;
            of.change();
        }
    }
}

} // namespace

TEST(bulk, ranks_as_binpack_does) {
    expect_alike_on_many_clusters(
        [](const task_mix&) { return policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}); });
}

TEST(bulk, ranks_as_fgd_does) {
    expect_alike_on_many_clusters([](const task_mix& mix) { return policy::fgd{mix}; });
}

TEST(bulk, ranks_large_clusters) {
    world of{4, true};
    for (int round = 0; round < 3; ++round) {
        expect_as_explained(of, policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}), 1);
        expect_as_explained(of, policy::fgd{of.mix}, round == 0 ? 1 : 20);
        of.change();
    }
}

TEST(bulk, ranks_as_mig_policies_do) {
    expect_alike_on_many_clusters([](const task_mix&) { return policy::mig_fragmentation{}; });
    expect_alike_on_many_clusters([](const task_mix& mix) { return policy::mig_scarcity{mix}; });
}

TEST(bulk, ranks_as_combinations_do) {
    expect_alike_on_many_clusters([](const task_mix& mix) {
        return policy::then(policy::quantize(policy::fragmentation{mix}, 100), policy::best_fit{});
    });
}

TEST(bulk, ranks_as_a_users_own_policy_does) {
    expect_alike_on_many_clusters([](const task_mix&) { return priced{}; });
}

TEST(bulk, scores_every_node_for_every_request) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        world of{seed};
        of.change();
        const cluster& on = of.by.cluster();
        const policy::fgd policy{of.mix};
        const auto matrix = gpu::score_all(of.there, on, policy, of.requests);
        ASSERT_TRUE(matrix) << matrix.error();
        for (std::size_t r = 0; r < of.requests.size(); ++r)
            for (std::uint32_t n = 0; n < on.size(); ++n) {
                const node_view node = on[node_id{n}];
                ASSERT_EQ(matrix->fits_on(r, node.id()), fit::fits(node, of.requests[r]));
                if (!matrix->fits_on(r, node.id())) continue;
                const auto scorer = policy.prepare({on, of.requests[r]});
                ASSERT_EQ((*matrix)(r, node.id()), policy::node_score(scorer, node, of.requests[r]));
            }
    }
}

TEST(bulk, counts_why_nodes_refuse) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        world of{seed};
        of.change();
        const cluster& on = of.by.cluster();
        const auto counts = gpu::count_reasons(of.there, on, of.requests);
        ASSERT_TRUE(counts) << counts.error();
        for (std::size_t r = 0; r < of.requests.size(); ++r) {
            std::array<std::uint32_t, fit::reason_count> expected{};
            for (std::uint32_t n = 0; n < on.size(); ++n)
                ++expected[static_cast<std::size_t>(fit::diagnose(on[node_id{n}], of.requests[r]).why)];
            EXPECT_EQ((*counts)[r], expected);
        }
    }
}

// The tables of a policy may lie where those of an earlier one were freed.
TEST(bulk, ranks_by_the_tables_of_the_policy_that_is_asked) {
    world world{4};
    for (int round = 0; round < 60; ++round) {
        task_mix mix;
        mix.add({.gpus = 1, .share = slice{.compute = milli_gpu{100 + 10 * round}}}, 1);
        mix.add({.gpus = 1 + round % 4}, std::int64_t{1 + round % 3});
        expect_as_explained(world, policy::fgd{mix}, 2);
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(bulk, answers_more_requests_than_a_grid_has_rows) {
    world world{5};
    const std::vector<request> distinct = world.requests;
    world.requests.resize(70'000);
    for (std::size_t i = 0; i < world.requests.size(); ++i) world.requests[i] = distinct[i % distinct.size()];
    const auto best = gpu::best_nodes(world.there, world.by.cluster(), policy::best_fit{}, world.requests);
    ASSERT_TRUE(best) << best.error();
    const scheduler explaining{world.by.cluster(), policy::best_fit{}};
    for (std::size_t i = 0; i < world.requests.size(); ++i) {
        if (i >= distinct.size()) {
            ASSERT_TRUE((*best)[i] == (*best)[i % distinct.size()]) << i;
            continue;
        }
        const auto expected = explaining.explain(distinct[i], 1);
        ASSERT_EQ((*best)[i].found(), !expected.options.empty()) << i;
        if (!expected.options.empty()) {
            EXPECT_EQ((*best)[i].node, expected.options[0].node);
        }
    }
}

TEST(bulk, finds_nothing_where_all_nodes_are_closed) {
    world world{6};
    for (std::uint32_t n = 0; n < world.by.cluster().size(); ++n) {
        world.by.set_closed(node_id{n}, true);
        world.there.changed(node_id{n});
    }
    expect_as_explained(world, policy::best_fit{}, 2);
}

// A number is used again once its node is gone; the id of the node that was there would be refused.
TEST(bulk, names_the_nodes_that_are_there_now) {
    world world{7};
    for (std::uint32_t n = 0; n < world.by.cluster().size(); n += 2) {
        const node_spec spec{64_cores, 64_GiB, {2, models::a30}};
        (void)world.by.remove_node(world.by.cluster().id_at(n));
        ASSERT_TRUE(world.by.add_node("again " + std::to_string(n), spec));
    }
    gpu::resident_cluster<test::space> fresh{*world.in, world.by.cluster()};
    world.there = std::move(fresh);
    ASSERT_GT(world.by.cluster().id_at(0).generation(), 0U);
    world.requests.push_back({.cpu = 1_cores, .gpus = 1});
    expect_as_explained(world, policy::best_fit{}, 3);
    expect_as_explained(world, policy::fgd{world.mix}, 1);
    expect_as_explained(world, policy::binpack{}, 1);
}

TEST(bulk, finds_nothing_in_an_empty_cluster) {
    const cluster none = cluster_builder{}.build().value();
    const auto in = test::open_space();
    gpu::resident_cluster<test::space> there{*in, none};
    const auto told = gpu::best_nodes(there, none, policy::binpack{}, {request{}}, 2);
    ASSERT_TRUE(told) << told.error();
    ASSERT_EQ(told->size(), 2U);
    EXPECT_FALSE((*told)[0].found());
    EXPECT_TRUE(gpu::best_nodes(there, none, policy::binpack{}, {})->empty());
    EXPECT_EQ(gpu::count_reasons(there, none, {request{}})->front()[0], 0U);
}
