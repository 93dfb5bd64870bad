// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/detail/what_if_job.hpp>
#include <gpupack/gpu/detail/what_if_workspace.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/replay/what_if_result.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/gpu/what_if_world.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/policy_traits.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// What replays are made with.
struct what_if_options {
    std::size_t memory = std::size_t{1} << 33; ///< Bytes for the replays that run at once; one runs at least.
    std::uint32_t blocks = 4096;               ///< Replays that run at once, at most.
    bool bytes = true;                         ///< Whether scores are bytes where they can be; else they are in trees.
};

/// Makes the replays, a block each and as many at once as there is memory for.
///
/// Cost: for each replay, that of a batch of its arrivals (place_batch), and of drawing them. Where scores are bytes
/// (what_if_world::scores_in_bytes), a score for each placement and class, and a byte read for each task and node.
/// Memory: what_if_world::replay_bytes for each of those that run at once, at most.
///
/// @param space      where they run
/// @param world      what the scenarios share
/// @param scenarios  the replays to make
/// @param options    memory and blocks
/// @return           [scenarios] what came of each; or what failed on the GPU
template <class Space, what_if_policy Policy> [[nodiscard]] expected<std::vector<replay::what_if_result>, gpu_error>
what_if(Space& space, const what_if_world<Policy>& world, const std::vector<replay::what_if_scenario>& scenarios,
        const what_if_options& options = {}) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    std::vector<std::uint32_t> removed;
    const std::vector<detail::flat_scenario> flat = world.flatten(scenarios, removed);
    const auto count = static_cast<std::uint32_t>(flat.size());
    if (count == 0) return std::vector<replay::what_if_result>{};
    copied_vectors<Space> copies{space};
    const auto view = world.copied(copies);
    const bool by_bytes = options.bytes && world.scores_in_bytes();
    const auto layout = world.layout(by_bytes);
    const std::size_t fitting = std::max<std::size_t>(1, options.memory / layout.bytes());
    const auto blocks =
        static_cast<std::uint32_t>(std::min<std::size_t>({fitting, count, std::max(options.blocks, 1U)}));
    const std::size_t units = std::size_t{blocks} * layout.bytes() / sizeof(detail::workspace_unit);
    auto memory = space.template allocate<detail::workspace_unit>(units);
    auto results = space.template allocate<replay::what_if_result>(count);
    std::vector<replay::what_if_result> made(count);
    space.write(results, made.data(), count); // also what lies between the members, which nobody sets
    const detail::flat_scenario* const flat_copy = copies(flat);
    const std::uint32_t* const removed_copy = copies(removed);
    using scorer = policy::scorer_of<Policy>;
    const auto start = [&]<bool ByBytes>(std::bool_constant<ByBytes>) {
        using job = detail::what_if_job<key_under<Policy>, scorer, ByBytes>;
        space.run_in_blocks(blocks, job{view, layout, reinterpret_cast<unsigned char*>(memory.data()), flat_copy,
                                        removed_copy, results.data(), count, blocks});
    };
    if constexpr (policy::scores_by_fall<scorer>)
        if (by_bytes) start(std::true_type{});
    if (!by_bytes) start(std::false_type{});
    space.read(results, made.data(), count);
    if (auto problem = space.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return made;
}

} // namespace gpupack::gpu
