// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Why a node cannot take a request now: the first of these, in this order, that holds.
enum class reason : std::uint8_t {
    none,        ///< it can
    closed,      ///< the node is closed
    model,       ///< it has no GPU of a model that will do
    selector,    ///< it has no such GPU with the labels and ids asked for; without GPUs, the node lacks the labels
    gpu_count,   ///< it has such GPUs, but fewer than asked for, even when idle
    unshareable, ///< too few of them may be shared in that way, with a profile that will do
    profiles,    ///< enough of them are in instances for good, but too few in a profile that will do
    closed_gpus, ///< enough of them may be shared in that way, but too many are closed: unhealthy, or cordoned
    idle_gpus,   ///< too few of them are idle; for whole GPUs
    no_place,    ///< too few of them have a place for the profile; for MIG and vGPU
    sharers,     ///< too few of them are idle or in slices, with room for one more task; for slices
    gpu_compute, ///< too few of those have the compute free; for slices
    gpu_memory,  ///< enough have the compute, too few of those have the memory as well; for slices
    numa,        ///< enough would do, but they lie on more NUMA nodes than allowed
    cpu,         ///< the GPUs would do, the free CPU does not
    memory       ///< the host memory does not
};

/// The number of reasons, none included.
inline constexpr int reason_count = 16;

/// "lack GPU memory": completes "61 ..." in a message about several nodes.
[[nodiscard]] constexpr std::string_view describe(reason why) noexcept {
    switch (why) {
    case reason::none: return "fit";
    case reason::closed: return "are closed";
    case reason::model: return "lack a GPU of a wanted model";
    case reason::selector: return "lack the labels or ids asked for";
    case reason::gpu_count: return "have too few GPUs";
    case reason::unshareable: return "have too few GPUs that may be shared so";
    case reason::profiles: return "have too few GPUs with such a profile standing";
    case reason::closed_gpus: return "have too many GPUs closed";
    case reason::idle_gpus: return "lack idle GPUs";
    case reason::no_place: return "lack a place for the profile";
    case reason::sharers: return "have too few GPUs that take one more slice";
    case reason::gpu_compute: return "lack GPU compute";
    case reason::gpu_memory: return "lack GPU memory";
    case reason::numa: return "lack enough GPUs on few enough NUMA nodes";
    case reason::cpu: return "lack CPU";
    case reason::memory: return "lack memory";
    }
    return "";
}

} // namespace gpupack::fit
