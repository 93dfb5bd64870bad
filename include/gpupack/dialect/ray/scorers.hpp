// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The part of what is free that stays free, in units of 10^-9: Ray's score of one resource.
[[nodiscard]] GPUPACK_HD constexpr policy::score ray_left(policy::score free, policy::score request) noexcept {
    return request == 0 || free == 0 ? 0 : (free - request) * 1'000'000'000 / free;
}

/// The node for a placement group of one bundle: the one of which the largest part stays free, under PACK and under SPREAD.
/// Groups of several bundles: see ray_bundles.
///
/// With `one_group`, all requests are bundles of one group, and a node with anything placed on it has bundles: under PACK such
/// nodes come first, under SPREAD the others.
///
/// Score: 10^9 sum((free_r - asked_r) / free_r) over the resources asked for, and 2^39 for the preferred nodes.
/// Rounding: each quotient down at 10^-9.
/// Ties: lower node; there chance.
/// Source: the bundle policies of Ray (docs/sources.md#ray).
struct ray {
    policy::strategy lean = policy::strategy::binpack; ///< binpack for PACK, spread for SPREAD.
    bool one_group = false;                            ///< Whether all requests are bundles of one group.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        const bool in_use =
            node.cpu_free() < node.cpu() || node.memory_free() < node.memory() || node.compute_free() < node.compute();
        const bool preferred = one_group && in_use == (lean == policy::strategy::binpack);
        return (preferred ? policy::score{1} << 39 : 0) + ray_left(node.cpu_free().count(), request.cpu.count()) +
               ray_left(node.memory_free().count(), request.memory.count()) +
               ray_left(node.compute_free().count(), request.total_compute().count());
    }
    friend bool operator==(const ray&, const ray&) = default;
};

static_assert(policy::scorer<ray>);

} // namespace gpupack::dialect
