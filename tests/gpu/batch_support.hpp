// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/plan/place_batch.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

/// Runs the bodies of a team from the last index to the first: none may depend on what another one does.
struct backwards_team {
    template <class Body> void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = count; i > 0; --i) body(i - 1);
    }
    template <class Offered, class Keep> void for_best(std::uint64_t count, Offered&& offered, Keep&& keep) const {
        for (std::uint64_t i = count; i > 0; --i) keep(i - 1, host_team::best_of_places(i - 1, offered));
    }
    template <class Body> void once(Body&& body) const { body(); }
};

/// Host memory whose teams work backwards.
class backwards_space : public host_space {
  public:
    template <class Body> void run(std::uint64_t count, const Body& body) {
        for (std::uint64_t i = count; i > 0; --i) body(i - 1);
    }
    template <class Job> void run_in_block(const Job& job) { job(backwards_team{}); }
};

/// One thread of several that run all of a job side by side and wait for each other at barriers, as the threads of a
/// block do.
struct thread_team {
    std::uint64_t index;
    std::uint64_t threads;
    std::barrier<>* gate;

    template <class Body> void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = index; i < count; i += threads) body(i);
        gate->arrive_and_wait();
    }
    template <class Offered, class Keep> void for_best(std::uint64_t count, Offered&& offered, Keep&& keep) const {
        for (std::uint64_t i = index; i < count; i += threads) keep(i, host_team::best_of_places(i, offered));
        gate->arrive_and_wait();
    }
    template <class Body> void once(Body&& body) const {
        if (index == 0) body();
        gate->arrive_and_wait();
    }
    template <class First, class Second> void both(First&& first, Second&& second) const {
        if (index == 0) first();
        if (index == 1) second();
        gate->arrive_and_wait();
    }
    template <class Value> [[nodiscard]] std::uint32_t highest(std::uint64_t count, Value&& value) const {
        const std::uint32_t found = host_team{}.highest(count, value);
        gate->arrive_and_wait();
        return found;
    }
};

/// Host memory whose teams are threads.
class threads_space : public host_space {
  public:
    template <class Job> void run_in_block(const Job& job) {
        constexpr std::uint64_t threads = 3;
        std::barrier<> gate{threads};
        std::vector<std::thread> block;
        for (std::uint64_t i = 0; i < threads; ++i) block.emplace_back([&, i] { job(thread_team{i, threads, &gate}); });
        for (std::thread& each : block) each.join();
    }
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        for (std::uint32_t block = 0; block < blocks; ++block)
            run_in_block([&](const thread_team& team) { job(team, block); });
    }
};

/// A cluster in which something is placed, requests of a few classes, and a mix.
struct drawn_batch {
    gpupack::cluster cluster;
    gpupack::task_mix mix;
    std::vector<gpupack::request> requests;

    static drawn_batch from(std::uint64_t seed, std::uint64_t most) {
        random_history history{gpupack::mix_bits(seed)};
        drawn_batch drawn{history.used_cluster(), {}, {}};
        drawn.mix = history.any_mix(drawn.cluster);
        std::vector<gpupack::request> classes;
        for (std::uint64_t n = 1 + history.below(12); n > 0; --n) classes.push_back(history.any_request(drawn.cluster));
        for (std::uint64_t n = history.below(most); n > 0; --n)
            drawn.requests.push_back(classes[history.below(classes.size())]);
        return drawn;
    }
};

/// Whether the choices are those of a scheduler that decides one by one, and leave the same cluster.
template <class Engine, class Policy>
bool as_one_by_one(const gpupack::cluster& cluster, const Policy& policy, const std::vector<gpupack::request>& requests,
                   const std::vector<gpupack::selection>& choices,
                   gpupack::request_rule rule = gpupack::request_rule::as_requested) {
    gpupack::scheduler<Policy, Engine> one_by_one{cluster, policy, {}, rule};
    for (std::size_t i = 0; i < requests.size(); ++i) {
        gpupack::selection expected;
        if (const auto placed = one_by_one.try_place(requests[i])) expected = *placed;
        if (!(expected == choices[i])) return false;
    }
    gpupack::cluster committed = cluster;
    (void)gpupack::plan::commit_batch(committed, requests, choices, rule);
    return committed.same_state(one_by_one.cluster());
}

/// The choices that the bodies make in a space of host memory.
template <class Space = host_space, class Policy>
std::vector<gpupack::selection> place_in(const gpupack::cluster& cluster, const Policy& policy,
                                         const std::vector<gpupack::request>& requests,
                                         const gpupack::gpu::batch_options& options = {}) {
    Space space;
    gpupack::gpu::resident_cluster<Space> resident{space, cluster};
    return gpupack::gpu::place_batch(resident, cluster, policy, requests, options).value();
}

/// Makes the replays one after the other by the bodies that a GPU runs.
///
/// decisions  where given, receives [scenarios] what became of each arrival, in order
template <class Policy, class Team = host_team> std::vector<gpupack::replay::what_if_result> what_if_on_host(
    const gpupack::gpu::what_if_world<Policy>& world, const std::vector<gpupack::replay::what_if_scenario>& scenarios,
    std::vector<std::vector<gpupack::replay::what_if_decision>>* decisions = nullptr, const Team& team = {}) {
    std::vector<std::uint32_t> removed;
    const auto flat = world.flatten(scenarios, removed);
    const auto layout = world.layout();
    std::vector<gpupack::replay::what_if_result> results(scenarios.size());
    auto memory = host_space{}.allocate<gpupack::gpu::detail::workspace_unit>(
        layout.bytes() / sizeof(gpupack::gpu::detail::workspace_unit));
    const auto workspace = layout.place_at(reinterpret_cast<unsigned char*>(memory.data()));
    const auto run_scenario = [&](std::size_t s, gpupack::replay::what_if_decision* target) {
        gpupack::gpu::detail::replay_scenario(team, world.view(), workspace, flat[s], removed.data(), results[s],
                                              target);
    };
    if (decisions != nullptr) decisions->assign(scenarios.size(), {});
    for (std::size_t s = 0; s < flat.size(); ++s) {
        run_scenario(s, nullptr);
        if (decisions == nullptr) continue;
        (*decisions)[s].resize(results[s].placed + results[s].failed); // as many as arrived; now the same again
        run_scenario(s, (*decisions)[s].data());
    }
    return results;
}

/// Compares batches with the scan on random clusters. make(mix, seed) is the policy.
template <class MakePolicy>
void check_batches(const MakePolicy& make, gpupack::request_rule rule = gpupack::request_rule::as_requested) {
    std::size_t placed = 0;
    std::size_t failed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 120);
        const auto policy = make(drawn.mix, seed);
        // From one tree up: the batch goes in many segments.
        const gpupack::gpu::batch_options tight{.tree_bytes = 150 * (1 + seed % 7), .rule = rule};
        const auto choices = place_in(drawn.cluster, policy, drawn.requests, tight);
        ASSERT_TRUE(as_one_by_one<gpupack::search::scan>(drawn.cluster, policy, drawn.requests, choices, rule)) << seed;
        ASSERT_EQ(choices, place_in<backwards_space>(drawn.cluster, policy, drawn.requests, {.rule = rule})) << seed;
        if (seed % 64 == 0) {
            ASSERT_EQ(choices, place_in<threads_space>(drawn.cluster, policy, drawn.requests, {.rule = rule})) << seed;
        }
        for (const auto& each : choices) ++(each.found() ? placed : failed);
    }
    EXPECT_GT(placed, 2000U);
    EXPECT_GT(failed, 2000U);
}
