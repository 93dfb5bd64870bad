// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../run_one.hpp"

#include <gpupack/gpu/engine.cuh>
#include <gpupack/presets.hpp>

#include <cstddef>
#include <utility>
#include <variant>

namespace replay_program {

/// Runs the plan where its policy is of the nth type of any_preset.
template <std::size_t Nth> void run_nth(const gpupack::gpu::engine& engine, run_plan& plan) {
    if constexpr (Nth < std::variant_size_v<gpupack::policy::any_preset>) {
        using policy = std::variant_alternative_t<Nth, gpupack::policy::any_preset>;
        if constexpr (gpupack::gpu::runs_on_device<policy>)
            if (plan.policy.index() == Nth) run_under(engine, plan, std::get<Nth>(plan.policy));
    }
}

/// The same for some types in a row: those of one source file, so that several compile at once.
template <std::size_t First, std::size_t... Offsets>
void run_from(const gpupack::gpu::engine& engine, run_plan& plan, std::index_sequence<Offsets...>) {
    (run_nth<First + Offsets>(engine, plan), ...);
}

/// How many types a source file takes, and how many files there are.
inline constexpr std::size_t presets_a_file = 17;
inline constexpr std::size_t preset_files = 2;
static_assert(std::variant_size_v<gpupack::policy::any_preset> <= presets_a_file * preset_files,
              "one more source file presets_N.cu");

void run_presets_0(const gpupack::gpu::engine& engine, run_plan& plan);
void run_presets_1(const gpupack::gpu::engine& engine, run_plan& plan);

} // namespace replay_program
