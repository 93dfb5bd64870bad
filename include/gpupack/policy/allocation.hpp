#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/divisor.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::policy {

/// How much each resource counts in a score over CPU, memory and GPU. A weight of 0 leaves the resource out.
struct resource_weights {
    score cpu = 1;
    score memory = 1;
    score gpu = 1;

    friend bool operator==(const resource_weights&, const resource_weights&) = default;
};

/// One resource of a node: how much there is, and how much is in use once the request is placed.
struct resource_use {
    divisor capacity{};
    score used = 0;
    score weight = 0;
    bool asked = false;
};

/// Calls body(resource_use) for CPU, memory and GPU compute of a node, with the request placed on it.
template <class Body> [[GPUPACK_HOT]] GPUPACK_HD constexpr void
for_each_resource(const node_view& node, const request& asked, const resource_weights& weights, Body&& body) {
    const node_kind& kind = node.kind();
    body(resource_use{kind.by_cpu, (node.cpu() - node.cpu_free() + asked.cpu).count(), weights.cpu,
                      asked.cpu.count() > 0});
    body(resource_use{kind.by_memory, (node.memory() - node.memory_free() + asked.memory).count(), weights.memory,
                      asked.memory.count() > 0});
    body(resource_use{kind.by_compute, (node.compute() - node.compute_free() + asked.total_compute()).count(),
                      weights.gpu, asked.gpus > 0});
}

} // namespace gpupack::policy
