// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/gpu/batch.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

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
    template <class Body> void once(Body&& body) const { body(); }
};

/// Host memory whose teams work backwards.
class backwards_space : public gpupack::gpu::host_space {};

template <class Job> void run_in_block(backwards_space&, const Job& job) {
    job(backwards_team{});
}
template <class Job> void run_in_grid(backwards_space&, const Job& job) {
    job(backwards_team{});
}

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
    template <class Body> void once(Body&& body) const {
        if (index == 0) body();
        gate->arrive_and_wait();
    }
};

/// Host memory whose teams are threads.
class threads_space : public gpupack::gpu::host_space {};

template <class Job> void run_in_block(threads_space&, const Job& job) {
    constexpr std::uint64_t threads = 3;
    std::barrier<> gate{threads};
    std::vector<std::thread> block;
    for (std::uint64_t i = 0; i < threads; ++i) block.emplace_back([&, i] { job(thread_team{i, threads, &gate}); });
    for (std::thread& each : block) each.join();
}
template <class Job> void run_in_grid(threads_space& in, const Job& job) {
    run_in_block(in, job);
}
template <class Job> void run_in_blocks(threads_space& in, std::uint32_t blocks, const Job& job) {
    for (std::uint32_t block = 0; block < blocks; ++block)
        run_in_block(in, [&](const thread_team& team) { job(team, block); });
}

/// A cluster in which something is placed, requests of a few shapes, and a mix.
struct drawn_batch {
    gpupack::cluster on;
    gpupack::task_mix mix;
    std::vector<gpupack::request> request;

    static drawn_batch from(std::uint64_t seed, std::uint64_t most) {
        random_history history{gpupack::mix_bits(seed)};
        drawn_batch drawn{history.used_cluster(), {}, {}};
        drawn.mix = history.any_mix(drawn.on);
        std::vector<gpupack::request> shapes;
        for (std::uint64_t n = 1 + history.below(12); n > 0; --n) shapes.push_back(history.any_request(drawn.on));
        for (std::uint64_t n = history.below(most); n > 0; --n)
            drawn.request.push_back(shapes[history.below(shapes.size())]);
        return drawn;
    }
};

/// Whether the choices are those of a scheduler that decides one by one, and leave the same cluster.
template <class Engine, class Policy> bool as_one_by_one(const gpupack::cluster& on, const Policy& by,
                                                         const std::vector<gpupack::request>& request,
                                                         const std::vector<gpupack::gpu::batch_choice>& choices) {
    gpupack::scheduler<Policy, Engine> one_by_one{on, by};
    for (std::size_t i = 0; i < request.size(); ++i) {
        gpupack::gpu::batch_choice told;
        if (const auto placed = one_by_one.try_place(request[i])) told = {placed->node, placed->gpus, placed->slots};
        if (!(told == choices[i])) return false;
    }
    gpupack::cluster committed = on;
    (void)gpupack::gpu::commit_batch(committed, by, request, choices);
    return committed.same_state(one_by_one.cluster());
}

/// The choices that the bodies make in a space of another sort.
template <class Space, class Policy> std::vector<gpupack::gpu::batch_choice>
place_in(const gpupack::cluster& on, const Policy& by, const std::vector<gpupack::request>& request) {
    Space in;
    gpupack::gpu::host_cluster flat{on};
    return gpupack::gpu::detail::place_batch_at(in, flat.view(), on, by, request, {}).value();
}

/// Holds batches to the scan on random clusters. make(mix, seed) is the policy.
template <class MakePolicy> void check_batches(const MakePolicy& make) {
    std::size_t placed = 0;
    std::size_t failed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 120);
        const auto by = make(drawn.mix, seed);
        // From one tree up: the batch goes in many segments.
        const gpupack::gpu::batch_options tight{.tree_bytes = 150 * (1 + seed % 7)};
        const auto choices = gpupack::gpu::place_batch_on_host(drawn.on, by, drawn.request, tight);
        ASSERT_TRUE(as_one_by_one<gpupack::search::scan>(drawn.on, by, drawn.request, choices)) << seed;
        ASSERT_EQ(choices, place_in<backwards_space>(drawn.on, by, drawn.request)) << seed;
        if (seed % 16 == 0) {
            ASSERT_EQ(choices, place_in<threads_space>(drawn.on, by, drawn.request)) << seed;
        }
        for (const auto& each : choices) ++(each.placed() ? placed : failed);
    }
    EXPECT_GT(placed, 2000U);
    EXPECT_GT(failed, 2000U);
}
