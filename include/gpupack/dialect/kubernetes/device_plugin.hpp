// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers the GPUs with the most tasks on them (pack) or the fewest (spread).
///
/// Score: plus or minus the tasks on the chosen GPUs.
/// Ties: lower GPU set.
/// Source: the policies `packed` and `distributed` for replicas of NVIDIA's device plugin
/// (docs/sources.md#device-plugin).
struct device_plugin {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen, const request&) const noexcept {
        policy::score sharers = 0;
        for_each_gpu(chosen.gpus, [&](int i) { sharers += chosen.node.gpu(i).sharers; });
        return lean == policy::strategy::binpack ? sharers : -sharers;
    }
    friend bool operator==(const device_plugin&, const device_plugin&) = default;
};

static_assert(policy::scorer<device_plugin>);

} // namespace gpupack::dialect
