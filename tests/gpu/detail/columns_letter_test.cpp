// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/columns_letter.hpp>

#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>

using namespace gpupack;

namespace {

/// What the blocks of the kernel find, a few threads each, while the nodes that changed are written.
template <bool Slices, class OnType> std::uint64_t best_of_blocks(const gpu::writable_cluster_view& cluster,
                                                                  const gpu::detail::columns_letter<OnType>& letter) {
    constexpr std::uint32_t blocks = 3;
    constexpr std::uint32_t threads = 2;
    std::uint64_t best = 0;
    for (std::uint32_t b = 0; b < blocks; ++b) {
        std::uint64_t found = 0;
        for (std::uint32_t t = 0; t < threads; ++t) {
            const std::uint32_t first = b * threads + t;
            const auto sums = gpu::detail::sums_of_four<Slices>::of(cluster.view(), first);
            const auto best_of_thread =
                gpu::detail::best_of_groups(cluster.view(), letter.rows, first, blocks * threads, sums,
                                            [&](std::uint32_t group) { return letter.changed_in(group); });
            found = std::max(found, best_of_thread.number());
        }
        volatile gpu::detail::block_answer answer;
        std::uint64_t number = 0;
        EXPECT_FALSE(answer.get(letter.serial, number));
        answer.set(found, letter.serial);
        EXPECT_TRUE(answer.get(letter.serial, number));
        EXPECT_FALSE(answer.get(letter.serial + 1, number));
        best = std::max(best, number);
        for (std::uint32_t u = b; u < letter.update_count; u += blocks)
            gpu::detail::apply_updates{cluster, letter.updates, letter.gpus}(u);
    }
    return best;
}

/// Decides as the GPU and the host do together; nothing where sums do not decide.
template <class Policy> std::optional<ranked_node<gpu::key_under<Policy>>>
decide(gpu::resident_cluster<host_space>& resident, const cluster& cluster, const Policy& policy,
       const request& request, std::uint32_t serial, std::uint64_t& updates) {
    using letter_type = gpu::detail::columns_letter<gpu::detail::on_type_of<policy::scorer_of<Policy>>>;
    letter_type letter{};
    letter.serial = serial;
    const auto scorer = policy::prepare(policy, policy::decision{cluster, request});
    if (cluster.types().size() > letter_type::most_types) return std::nullopt;
    if (!gpu::detail::write_rows(cluster.types(), request, scorer, letter.rows)) return std::nullopt;
    letter.update_count =
        resident.write_updates(cluster, letter.updates, letter.most_updates, letter.gpus, letter.most_gpus);
    updates += letter.update_count;
    const auto changed = best_changed(cluster, letter, scorer, request);
    const std::uint64_t number = gpu::detail::is_for_slices(request)
                                     ? best_of_blocks<true>(resident.writable(), letter)
                                     : best_of_blocks<false>(resident.writable(), letter);
    const auto unchanged = gpu::detail::ranked_number::node<gpu::key_under<Policy>>(number);
    EXPECT_TRUE(!changed.found() || !(changed == unchanged));
    return changed.precedes(unchanged) ? changed : unchanged;
}

template <class Policy> void expect_columns_to_find_it(const Policy& policy) {
    std::uint64_t updates = 0;
    std::uint32_t decided = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        random_history history{seed};
        scheduler scheduler{history.used_cluster(), policy};
        host_space space;
        gpu::resident_cluster resident{space, scheduler.cluster()};
        for (int step = 0; step < 40; ++step) {
            const std::uint64_t changes = history.below(step % 10 == 9 ? 40 : 4);
            for (std::uint64_t i = 0; i < changes; ++i)
                if (const auto placed = scheduler.try_place(history.any_request(scheduler.cluster())))
                    resident.changed(placed->node);
            const request request = history.any_request(scheduler.cluster());
            const auto best = decide(resident, scheduler.cluster(), policy, request, decided + 1, updates);
            if (!best) continue;
            ++decided;
            const auto expected = search::scan::searcher{}.find(policy, {scheduler.cluster(), request});
            ASSERT_EQ(best->found(), expected.has_value()) << seed << ", " << step;
            if (expected) {
                ASSERT_EQ(best->node.number(), expected->node.number()) << seed << ", " << step;
            }
        }
    }
    EXPECT_GT(decided, 400U);
    EXPECT_GT(updates, 400U);
}

} // namespace

TEST(columns_letter, decides_with_what_changed_as_the_scan_does) {
    expect_columns_to_find_it(policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}));
    expect_columns_to_find_it(policy::spread{.points = 7});
}

TEST(columns_letter, tells_the_changed_nodes_of_a_group) {
    gpu::detail::columns_letter<policy::allocation_on_type<true>> letter{};
    letter.update_count = 3;
    letter.updates[0].node = 7;
    letter.updates[1].node = 4;
    letter.updates[2].node = 8;
    letter.updates[3].node = 5;
    EXPECT_EQ(letter.changed_in(0), 0U);
    EXPECT_EQ(letter.changed_in(1), 0b1001U);
    EXPECT_EQ(letter.changed_in(2), 0b0001U);
}
