// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Where one request of a batch goes: the node, the GPUs there and the slots on them; or nowhere.
struct batch_choice {
    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

    node_id node{nowhere};
    gpu_set gpus{};
    slot_list slots{};

    /// Whether it is placed.
    [[nodiscard]] GPUPACK_HD constexpr bool placed() const noexcept { return node.number() != nowhere; }

    GPUPACK_HD friend constexpr bool operator==(const batch_choice& a, const batch_choice& b) noexcept {
        return a.node == b.node && a.gpus == b.gpus && a.slots == b.slots;
    }
};

static_assert(sizeof(batch_choice) == 16 && std::is_trivially_copyable_v<batch_choice>);

} // namespace gpupack::plan
