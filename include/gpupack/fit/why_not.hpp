#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::fit {

/// The first reason, in the order of fit::reason, why the node cannot take the request now; none where it can.
[[nodiscard]] GPUPACK_HD constexpr reason why_not(const node_view& node, const request& asked) noexcept {
    if (asked.gpus > 0) {
        const gpu_set wanted = node.kind().gpus_of(asked.models);
        if (wanted.empty()) return reason::model;
        if (wanted.size() < asked.gpus) return reason::gpu_count;
        if (fitting_gpus(node, asked).size() < asked.gpus) {
            if (asked.share.way() == sharing::exclusive) return reason::idle_gpus;
            const gpu_set with_compute = gpus_for_slice(node, wanted, mebibytes{0}, asked.share.compute());
            return with_compute.size() < asked.gpus ? reason::gpu_compute : reason::gpu_memory;
        }
    }
    if (asked.cpu > node.cpu_free()) return reason::cpu;
    if (asked.memory > node.memory_free()) return reason::memory;
    return reason::none;
}

} // namespace gpupack::fit
