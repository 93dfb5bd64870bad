// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Finds every choice equal, so that the order of ties decides: the lowest node, and there the lowest GPUs.
///
/// - Source: Johnson 1974 (docs/sources.md#johnson74).
struct first_fit {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view&, const request&) const noexcept { return 0; }
    friend bool operator==(const first_fit&, const first_fit&) = default;
};

} // namespace gpupack::policy
