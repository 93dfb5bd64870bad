#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/exclusive.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::fit {

/// The GPUs of the node that could each serve the request now, by model and by what is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set fitting_gpus(const node_view& node, const request& asked) noexcept {
    if (asked.gpus == 0) return gpu_set{};
    const gpu_set wanted = node.kind().gpus_of(asked.models);
    if (asked.share.way() == sharing::exclusive) return gpus_for_exclusive(node, wanted);
    return gpus_for_slice(node, wanted, asked.share.memory(), asked.share.compute());
}

/// Whether the free CPU and host memory would do.
[[nodiscard]] GPUPACK_HD constexpr bool host_fits(const node_view& node, const request& asked) noexcept {
    return asked.cpu <= node.cpu_free() && asked.memory <= node.memory_free();
}

namespace detail {

/// What the sums of a node tell about whether its GPUs would do.
enum class glance : std::uint8_t { no, yes, unclear };

[[nodiscard]] GPUPACK_HD constexpr glance glance_at_gpus(const node_view& node, const request& asked) noexcept {
    const bool enough_idle = node.idle_gpus() >= asked.gpus;
    const bool any_model = (node.kind().models.bits() & ~asked.models.bits()) == 0;
    if (asked.share.way() == sharing::exclusive) {
        if (!enough_idle) return glance::no;
        return any_model ? glance::yes : glance::unclear;
    }
    if (node.slice_compute() < asked.share.compute() || node.slice_memory() < asked.share.memory())
        return glance::no;
    // A slice that every idle GPU has room for.
    const bool idle_will_do = asked.share.memory() <= mebibytes{node.kind().least_gpu_memory};
    return enough_idle && any_model && idle_will_do ? glance::yes : glance::unclear;
}

} // namespace detail

/// Whether the node can take the request now. Cost: a few comparisons; a pass over its GPUs where the sums of the
/// node leave it open.
[[nodiscard]] GPUPACK_HD constexpr bool fits(const node_view& node, const request& asked) noexcept {
    if (!host_fits(node, asked)) return false;
    if (asked.gpus == 0) return true;
    const detail::glance seen = detail::glance_at_gpus(node, asked);
    return seen == detail::glance::yes ||
           (seen == detail::glance::unclear && fitting_gpus(node, asked).size() >= asked.gpus);
}

/// Whether the node can take the request now on exactly these GPUs.
[[nodiscard]] GPUPACK_HD constexpr bool fits_on(const node_view& node, const request& asked,
                                                gpu_set gpus) noexcept {
    return host_fits(node, asked) && gpus.size() == asked.gpus && (fitting_gpus(node, asked) & gpus) == gpus;
}

} // namespace gpupack::fit
