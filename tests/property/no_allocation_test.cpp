// SPDX-License-Identifier: Apache-2.0
// Placing and releasing allocate nothing, once the first placement of a shape has been made and the ledger has
// room.
#include <gpupack/any_scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/models.hpp>

#include "support/presets.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

std::size_t allocations = 0;

} // namespace

// Not inlined: g++ would take the pair for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace gpupack;

namespace {

std::size_t allocations_while_placing(any_policy policy) {
    const node_spec plain{64_cores, 256_GiB, {8, models::t4}};
    node_spec linked = plain;
    linked.topology = machines::dgx_1_v100().topology;
    node_spec large{64_cores, 256_GiB, {16, models::t4}};
    large.topology = machines::dgx_2().topology;
    any_scheduler by{cluster_builder{}.add_nodes(10, plain).add_nodes(10, linked).add_nodes(2, large).build().value(),
                     std::move(policy)};
    const request shapes[] = {{.cpu = 1_cores},
                              {.cpu = 1_cores, .gpus = 1},
                              {.cpu = 1_cores, .gpus = 3},
                              {.cpu = 1_cores, .gpus = 1, .share = slice{.memory = 1_GiB, .compute = 300_milli}},
                              {.cpu = 1_cores, .gpus = 17}}; // fits nowhere
    std::vector<placement> live;
    live.reserve(1000);
    for (const request& shape : shapes)
        if (const auto placed = by.place(shape)) live.push_back(*placed);

    const std::size_t before = allocations;
    for (int round = 0; round < 60; ++round)
        for (const request& shape : shapes)
            if (const auto placed = by.place(shape)) live.push_back(*placed);
    for (const placement& placed : live) by.release(placed);
    return allocations - before;
}

std::size_t allocations_of_dry_runs(any_policy policy) {
    const node_spec plain{64_cores, 256_GiB, {8, models::t4}};
    any_scheduler by{cluster_builder{}.add_nodes(30, plain).build().value(), std::move(policy)};
    const request shapes[] = {{.cpu = 1_cores},
                              {.cpu = 1_cores, .gpus = 3},
                              {.cpu = 1_cores, .gpus = 1, .share = slice{.memory = 1_GiB, .compute = 300_milli}},
                              {.cpu = 1_cores, .gpus = 17}}; // fits nowhere
    by.reserve(1000);
    for (const request& shape : shapes) by.learn(shape);
    std::vector<placement> live;
    live.reserve(1000);
    std::size_t counted = 0;
    for (int round = 0; round < 20; ++round) {
        if (const auto placed = by.place(shapes[round % 3])) live.push_back(*placed);
        const std::size_t before = allocations;
        for (const request& shape : shapes) {
            const auto chosen = std::as_const(by).choose(shape);
            if (chosen) (void)std::as_const(by).resources_for(*chosen, shape);
        }
        counted += allocations - before;
    }
    return counted;
}

template <class Engine> void expect_none(const Engine& engine) {
    task_mix expected;
    expected.add({.cpu = 1_cores, .gpus = 1}, 5);
    expected.add({.cpu = 2_cores, .gpus = 1, .share = slice{.memory = {}, .compute = 300_milli}}, 3);
    for (const std::string& name : test::preset_names()) {
        EXPECT_EQ(allocations_while_placing(test::preset(name, {expected, 42}, engine)), 0U) << name;
        EXPECT_EQ(allocations_of_dry_runs(test::preset(name, {expected, 42}, engine)), 0U) << name;
    }
}

} // namespace

TEST(no_allocation, on_the_decision_path_of_the_scan) {
    expect_none(search::scan{});
}

TEST(no_allocation, on_the_decision_path_of_the_indexed_engine) {
    expect_none(search::indexed{});
}

// oneTBB keeps its tasks in pools of its own; what is counted is what comes through operator new.
TEST(no_allocation, on_the_decision_path_of_the_parallel_engine) {
    expect_none(search::parallel{.part = 4});
}
