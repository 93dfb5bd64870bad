// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The machines that go-gpuallocator has fixed sets for.
enum class dgx : std::uint8_t { dgx_1_p100, dgx_1_v100, dgx_2 };

/// Calls visit(set) for each set of that size that go-gpuallocator's static policy for the machine knows, in its
/// order: pairs by the best NVLinks, then blocks of 4, 8 and, on a DGX-2, 16 neighbours.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
template <class Visit> GPUPACK_HD constexpr void for_each_static_set(dgx machine, int size, Visit&& visit) {
    const int gpus = machine == dgx::dgx_2 ? 16 : 8;
    if (size < 1 || size > gpus || (size & (size - 1)) != 0) return;
    if (size == 2 && machine != dgx::dgx_2) {
        constexpr std::uint32_t pairs[2][4] = {{0x05, 0x0a, 0x50, 0xa0}, {0x09, 0x06, 0x90, 0x60}};
        for (const std::uint32_t pair : pairs[machine == dgx::dgx_1_p100 ? 0 : 1]) visit(gpu_set::from_bits(pair));
        return;
    }
    for (int first = 0; first < gpus; first += size) visit(gpu_set::from_bits(gpu_set::first(size).bits() << first));
}

/// The first of the fixed sets that is available and has all the GPUs that are required; none where there is none, for which
/// go-gpuallocator refuses the pod.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
[[nodiscard]] GPUPACK_HD constexpr gpu_set static_set(dgx machine, gpu_set available, int size,
                                                      gpu_set required = {}) noexcept {
    gpu_set found;
    if (!((available & required) == required)) return found;
    for_each_static_set(machine, size, [&](gpu_set set) {
        if (found.empty() && (available & set) == set && (set & required) == required) found = set;
    });
    return found;
}

/// Takes the first of the fixed sets of a DGX that is free.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
/// Score: minus its place in their order; -1000 for GPUs that are no such set, which go-gpuallocator refuses: whether it does
/// tells static_set.
/// Ties: lower GPU set.
struct static_dgx {
    dgx machine = dgx::dgx_1_v100; ///< The machine whose sets it takes.

    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.topology_sensitive = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score place = 0;
        policy::score found = -1000;
        for_each_static_set(machine, request.gpus, [&](gpu_set set) {
            if (set == chosen.gpus) found = place;
            --place;
        });
        return found;
    }
    friend bool operator==(const static_dgx&, const static_dgx&) = default;
};

static_assert(policy::scorer<static_dgx>);

} // namespace gpupack::dialect
