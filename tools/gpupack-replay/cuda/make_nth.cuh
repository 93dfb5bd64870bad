// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/gpu/engine.cuh>
#include <gpupack/presets.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace replay_program {

/// Makes the nth preset for the GPU where it has that name and runs there.
template <std::size_t Nth> void make_nth(const gpupack::gpu::engine& engine, const std::string& name,
                                         const gpupack::preset_inputs& inputs,
                                         std::optional<gpupack::any_policy>& result) {
    if constexpr (Nth < gpupack::presets.size()) {
        constexpr auto row = std::get<Nth>(gpupack::preset_rows);
        if constexpr (gpupack::gpu::runs_on_device<typename decltype(row)::policy_type>)
            if (row.name == name) result.emplace(row.make(inputs), engine, row.rule);
    }
}

/// The same for some presets in a row: those of one source file, so that several compile at once.
template <std::size_t First, std::size_t... Offsets>
[[nodiscard]] std::optional<gpupack::any_policy> make_from(const gpupack::gpu::engine& engine, const std::string& name,
                                                           const gpupack::preset_inputs& inputs,
                                                           std::index_sequence<Offsets...>) {
    std::optional<gpupack::any_policy> made;
    (make_nth<First + Offsets>(engine, name, inputs, made), ...);
    return made;
}

/// How many presets a source file takes, and how many files there are.
inline constexpr std::size_t presets_a_file = 24;
inline constexpr std::size_t preset_files = 2;
static_assert(gpupack::presets.size() <= presets_a_file * preset_files, "one more source file presets_N.cu");

/// The preset of that name if it is one of the file's and runs on the GPU.
[[nodiscard]] std::optional<gpupack::any_policy> make_0(const gpupack::gpu::engine& engine, const std::string& name,
                                                        const gpupack::preset_inputs& inputs);
[[nodiscard]] std::optional<gpupack::any_policy> make_1(const gpupack::gpu::engine& engine, const std::string& name,
                                                        const gpupack::preset_inputs& inputs);

} // namespace replay_program
