// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/decision_letter.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using namespace gpupack;

namespace {

/// Decides as the blocks of the kernel do, from a letter that holds what the resident cluster does not know yet; then writes
/// that back.
template <class Policy>
ranked_selection<gpu::key_under<Policy>> decide(gpu::resident_cluster<host_space>& resident, const cluster& cluster,
                                                const Policy& policy, const request& request, std::uint64_t& updates) {
    gpu::detail::decision_letter<policy::scorer_of<Policy>> letter{
        .prepared = {request, policy::prepare(policy, policy::decision{cluster, request})}};
    letter.update_count =
        resident.write_updates(cluster, letter.updates, letter.most_updates, letter.gpus, letter.most_gpus);
    updates += letter.update_count;
    resident.move_types(cluster);
    const gpu::writable_cluster_view view = resident.writable();
    ranked_node<gpu::key_under<Policy>> best;
    constexpr std::uint32_t threads = 5;
    for (std::uint32_t t = 0; t < threads; ++t)
        if (const auto found = best_by_letter(view.view(), letter, letter.prepared, t, threads); found.precedes(best))
            best = found;
    const auto choice = choose_by_letter(view.view(), letter, letter.prepared, best);
    for (std::uint32_t u = 0; u < letter.update_count; ++u)
        gpu::detail::apply_updates{view, letter.updates, letter.gpus}(u);
    return choice;
}

template <class MakePolicy> void expect_what_the_scan_finds(const MakePolicy& make) {
    std::uint64_t updates = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_history history{seed};
        scheduler scheduler{history.used_cluster(), policy::best_fit{}};
        const auto policy = make(history.any_mix(scheduler.cluster()));
        host_space space;
        gpu::resident_cluster resident{space, scheduler.cluster()};
        for (int step = 0; step < 30; ++step) {
            const std::uint64_t changes = history.below(step % 10 == 9 ? 40 : 4);
            for (std::uint64_t i = 0; i < changes; ++i)
                if (const auto placed = scheduler.try_place(history.any_request(scheduler.cluster())))
                    resident.changed(placed->node);
            const request request = history.any_request(scheduler.cluster());
            const auto choice = decide(resident, scheduler.cluster(), policy, request, updates);
            const auto expected = search::scan::searcher{}.find(policy, {scheduler.cluster(), request});
            ASSERT_EQ(choice.found(), expected.has_value()) << seed << ", " << step;
            if (expected) {
                ASSERT_EQ(selection{choice}, *expected) << seed << ", " << step;
            }
        }
    }
    EXPECT_GT(updates, 500U);
}

} // namespace

TEST(decision_letter, decides_with_what_changed_as_the_scan_does) {
    expect_what_the_scan_finds(
        [](const task_mix&) { return policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{}); });
    expect_what_the_scan_finds([](const task_mix& mix) { return policy::fgd{mix}; });
}
