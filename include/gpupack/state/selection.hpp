// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/slot_list.hpp>

#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// Where a request goes: a node, GPUs of it, and slots on them. Nothing is taken yet; by default it is nowhere.
///
/// Order: lower node, lower GPU set, lower slots. This is how ties between equal scores are broken.
struct selection {
    node_id node = node_id::none(); ///< the node; none() where the request goes nowhere
    gpu_set gpus{};                 ///< the GPUs of the node
    slot_list slots{};              ///< for instances, the slot on each of the GPUs; see cluster::instance_on

    /// Whether it names a node.
    [[nodiscard]] GPUPACK_HD constexpr bool found() const noexcept { return !(node == node_id::none()); }

    GPUPACK_HD friend constexpr bool operator==(const selection& a, const selection& b) noexcept {
        return a.node == b.node && a.gpus == b.gpus && a.slots == b.slots;
    }
    GPUPACK_HD friend constexpr bool operator<(const selection& a, const selection& b) noexcept {
        if (!(a.node == b.node)) return a.node < b.node;
        if (!(a.gpus == b.gpus)) return a.gpus < b.gpus;
        return a.slots < b.slots;
    }
};

static_assert(sizeof(selection) == 16 && std::is_trivially_copyable_v<selection>);

} // namespace gpupack
