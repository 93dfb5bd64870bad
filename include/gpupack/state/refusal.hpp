// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// Why a call that changes a live cluster was refused; nothing has changed then.
enum class refusal : std::uint8_t {
    none,           ///< It was not.
    invalid,        ///< The request is not valid (is_valid).
    no_such_node,   ///< The node is not there, or not there any more.
    no_such_gpu,    ///< The node has no GPU of that number.
    closed,         ///< The node, or one of the GPUs, is closed.
    over_committed, ///< More runs on the node than it has.
    gpu_count,      ///< Not as many GPUs as the request asks for.
    unwanted,       ///< A GPU, or the node, is not of a model, label or id that the request accepts.
    sharing,        ///< A GPU is not shared in that way, or may not be.
    sharers,        ///< A GPU is shared by as many tasks as may.
    gpu_memory,     ///< A GPU has too little memory free.
    gpu_compute,    ///< A GPU has too little compute free.
    placement,      ///< The place of an instance is not free, or of no profile that will do.
    numa,           ///< The GPUs lie on more NUMA nodes than allowed.
    cpu,            ///< The node has too little CPU free.
    memory,         ///< The node has too little memory free.
    not_live,       ///< The placement is not live here: it was released, or belongs to another cluster.
    changed,        ///< What the caller saw has changed since.
    expired,        ///< The hold has expired, or was given up.
    committed,      ///< The hold was committed.
    beyond_limits   ///< More than can be counted.
};

/// "the node is closed": one clause for a message.
[[nodiscard]] constexpr std::string_view describe(refusal why) noexcept {
    switch (why) {
    case refusal::none: return "nothing is wrong";
    case refusal::invalid: return "the request is not valid";
    case refusal::no_such_node: return "the node is not there";
    case refusal::no_such_gpu: return "the node has no such GPU";
    case refusal::closed: return "the node or the GPU is closed";
    case refusal::over_committed: return "more runs on the node than it has";
    case refusal::gpu_count: return "the request asks for another number of GPUs";
    case refusal::unwanted: return "the request accepts other models, labels or ids";
    case refusal::sharing: return "the GPU is shared in another way";
    case refusal::sharers: return "the GPU is shared by as many tasks as may";
    case refusal::gpu_memory: return "the GPU has too little memory free";
    case refusal::gpu_compute: return "the GPU has too little compute free";
    case refusal::placement: return "the place of the instance is not free";
    case refusal::numa: return "the GPUs lie on too many NUMA nodes";
    case refusal::cpu: return "the node has too little CPU free";
    case refusal::memory: return "the node has too little memory free";
    case refusal::not_live: return "the placement is not live here";
    case refusal::changed: return "what the caller saw has changed";
    case refusal::expired: return "the hold has expired or was given up";
    case refusal::committed: return "the hold was committed";
    case refusal::beyond_limits: return "more than can be counted";
    }
    return "";
}

} // namespace gpupack
