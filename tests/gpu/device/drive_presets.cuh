// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/gpu/engine.cuh>
#include <gpupack/presets.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

// The engine on the GPU against the scan, preset by preset. Built for every architecture with warnings as errors, this is
// also the gate that every scorer must pass: that it compiles in a kernel.
namespace test {

/// Places and releases alike on both engines, on random clusters.
template <class Preset> void drive(const Preset& row) {
    const auto engine = gpupack::gpu::engine::open().value();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        random_history history{seed};
        const gpupack::cluster on = history.any_cluster();
        const auto by = row.make({history.any_mix(on), seed});
        gpupack::scheduler scanning{on, by, gpupack::search::scan{}, row.rule};
        gpupack::scheduler there{on, by, engine, row.rule};
        std::vector<std::pair<gpupack::placement, gpupack::placement>> live;
        for (int step = 0; step < 100; ++step) {
            if (!live.empty() && history.below(3) == 0) {
                std::swap(live[history.below(live.size())], live.back());
                scanning.release(live.back().first);
                there.release(live.back().second);
                live.pop_back();
                continue;
            }
            const gpupack::request request = history.any_request(on);
            const auto expected = scanning.try_place(request);
            const auto placed = there.try_place(request);
            ASSERT_EQ(placed.has_value(), expected.has_value()) << row.name << ", seed " << seed << ", step " << step;
            if (!placed) continue;
            ASSERT_EQ(placed->node, expected->node) << row.name << ", seed " << seed << ", step " << step;
            ASSERT_EQ(placed->gpus, expected->gpus) << row.name << ", seed " << seed << ", step " << step;
            live.emplace_back(*expected, *placed);
        }
        ASSERT_TRUE(there.cluster().same_state(scanning.cluster())) << row.name;
    }
    ASSERT_FALSE(engine.problem()) << *engine.problem();
}

/// Drives the nth preset.
template <std::size_t Nth> void drive_nth() {
    if constexpr (Nth < gpupack::presets.size()) {
        constexpr auto row = std::get<Nth>(gpupack::preset_rows);
        if constexpr (gpupack::gpu::runs_on_device<typename decltype(row)::policy_type>) drive(row);
    }
}

/// Drives a few of them: those of one source file.
template <std::size_t First, std::size_t... Offsets> void drive_from(std::index_sequence<Offsets...>) {
    (drive_nth<First + Offsets>(), ...);
}

/// How many presets a source file takes, and how many files there are.
inline constexpr std::size_t presets_a_file = 12;
inline constexpr std::size_t preset_files = 4;
static_assert(gpupack::presets.size() <= presets_a_file * preset_files, "one more source file presets_N_test.cu");

} // namespace test
