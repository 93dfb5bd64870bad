// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/wanted_gpus.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Whether a set of GPUs, and the CPU and memory of the host, say all that a request needs: it asks for whole GPUs, on any NUMA
/// nodes, or for none.
[[nodiscard]] inline bool asks_whole(const request& request) noexcept {
    return request.gpus == 0 || (request.share.way() == sharing::exclusive && request.numa == numa_alignment::none);
}
/// Whether they say all that something on a node takes: of who runs, NUMA nodes do not matter any more.
[[nodiscard]] inline bool is_whole(const booking& each) noexcept {
    return asks_whole(*each.request) || (each.running && each.request->share.way() == sharing::exclusive);
}

/// What is free at some time on a node on which everything is whole: what a node_copy says of it, without a copy.
class whole_gpus {
  public:
    /// @param node    as it is
    /// @param closed  which of its GPUs are closed then
    whole_gpus(const node_view& node, gpu_set closed) noexcept
        : cpu_{node.cpu_free().count()}, memory_{node.memory_free().count()} {
        for (int i = 0; i < node.gpu_count(); ++i) {
            gpu_state gpu = node.gpu(i);
            gpu.closed = closed.contains(i);
            if (is_free_whole(gpu)) free_.insert(i);
        }
        closed_ = closed;
    }

    /// The GPUs.
    [[nodiscard]] gpu_set gpus() const noexcept { return free_; }

    /// Something takes its place.
    void add(const booking& each) noexcept {
        cpu_ -= each.request->cpu.count();
        memory_ -= each.request->memory.count();
        free_ = free_ - each.gpus;
    }
    /// Something has left.
    void remove(const booking& each) noexcept {
        cpu_ += each.request->cpu.count();
        memory_ += each.request->memory.count();
        free_ = (free_ | each.gpus) - closed_;
    }
    /// Somebody takes what it has reserved, if it is there.
    void add_if_free(const booking& each) noexcept {
        if (has(each)) add(each);
    }
    /// Whether what somebody has reserved is there.
    [[nodiscard]] bool has(const booking& each) const noexcept {
        return each.request->cpu.count() <= cpu_ && each.request->memory.count() <= memory_ &&
               free_.contains(each.gpus);
    }

    /// Whether the host of the node, which is open, would do for a request.
    [[nodiscard]] bool host_fits(const node_view& node, const request& request) const noexcept {
        return request.cpu.count() <= cpu_ && request.memory.count() <= memory_ &&
               (request.gpus > 0 || request.labels.choose(node.type().labels));
    }
    /// The free GPUs that a request accepts.
    [[nodiscard]] gpu_set serving(const node_view& node, const request& request) const noexcept {
        return request.gpus == 0 ? gpu_set{} : free_ & fit::wanted_gpus(node, request);
    }
    /// How many members of a gang fit together.
    ///
    /// @param node     which it is
    /// @param request  of each
    /// @param serving  the GPUs that they may have
    /// @param most     no more than that
    [[nodiscard]] std::int64_t members(const node_view& node, const request& request, gpu_set serving,
                                       std::int64_t most) const noexcept {
        if (!host_fits(node, request)) return 0;
        const auto limit = [&](std::int64_t free, std::int64_t each) {
            if (each > 0) most = std::min(most, free / each);
        };
        limit(cpu_, request.cpu.count());
        limit(memory_, request.memory.count());
        limit(serving.size(), request.gpus);
        return most;
    }

  private:
    std::int64_t cpu_;    // milli-cores
    std::int64_t memory_; // MiB
    gpu_set free_;
    gpu_set closed_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
