// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/share.hpp>

#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What one container gets of one GPU.
struct hami_grant {
    int gpu = 0;         ///< On the node.
    mebibytes memory{};  ///< Of it.
    milli_gpu compute{}; ///< Of it.
    int slot = -1;       ///< Of a MIG instance, the slot of the GPU's table; else -1.

    friend bool operator==(const hami_grant&, const hami_grant&) = default;
};

/// One placement on one GPU: what a pod counts for there may take several.
struct hami_booking {
    int gpu = 0;     ///< On the node.
    int slot = 0;    ///< Of a MIG instance.
    share part = {}; ///< What is booked.
};

/// What HAMi would do with a pod on one node.
struct hami_pod_option {
    node_id node{};                                    ///< The node.
    policy::score score = 0;                           ///< Of the node; the highest wins.
    std::vector<std::vector<hami_grant>> init{};       ///< [init containers] what each gets.
    std::vector<std::vector<hami_grant>> containers{}; ///< [containers] what each gets.
    /// What the pod counts for: on each GPU, the larger of the largest init container and the sum of the others.
    std::vector<hami_booking> bookings{};
};

/// What a pod uses of its namespace's quota.
struct hami_usage {
    std::int64_t memory = 0; ///< MiB.
    std::int64_t cores = 0;  ///< Percent of GPUs.

    friend bool operator==(const hami_usage&, const hami_usage&) = default;
};

} // namespace gpupack::dialect
