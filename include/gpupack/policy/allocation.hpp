// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/divisor.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How much each resource counts in a score over CPU, memory and GPU. A weight of 0 leaves the resource out.
struct resource_weights {
    score cpu = 1;    ///< Of CPU.
    score memory = 1; ///< Of host memory.
    score gpu = 1;    ///< Of GPUs.

    friend bool operator==(const resource_weights&, const resource_weights&) = default;
};

/// One resource of a node: how much there is, and how much is in use once the request is placed.
struct resource_use {
    divisor capacity{};   ///< What the node has.
    score used = 0;       ///< What is in use.
    score weight = 0;     ///< How much it counts.
    bool request = false; ///< What is asked for.
};

/// What a node's GPUs are counted by.
enum class gpu_amount : std::uint8_t {
    part,   ///< Of each GPU its compute or its memory, whichever is used more.
    compute ///< Compute alone.
};

/// Calls body(resource_use) for CPU, memory and GPUs of a node, with the request placed on it.
template <gpu_amount Amount = gpu_amount::part, class Body> [[GPUPACK_HOT]] GPUPACK_HD constexpr void
for_each_resource(const node_view& node, const request& request, const resource_weights& weights, Body&& body) {
    const node_type& type = node.type();
    body(resource_use{type.by_cpu, (node.cpu() - node.cpu_free() + request.cpu).count(), weights.cpu,
                      request.cpu.count() > 0});
    body(resource_use{type.by_memory, (node.memory() - node.memory_free() + request.memory).count(), weights.memory,
                      request.memory.count() > 0});
    constexpr bool by_part = Amount == gpu_amount::part;
    const milli_gpu free = by_part ? node.part_free() : node.compute_free();
    milli_gpu demand = by_part ? part_wanted(node, request) : request.total_compute();
    if (by_part && free < demand) demand = free; // what it takes of GPUs of several models is not known exactly
    body(resource_use{type.by_compute, (node.compute() - free + demand).count(), weights.gpu, request.gpus > 0});
}

} // namespace gpupack::policy
