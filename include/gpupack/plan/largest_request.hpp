// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::plan {

/// What of a request is made as large as it still fits.
enum class request_size : std::uint8_t {
    gpus,       ///< Its GPUs; CPU and host memory grow in step, rounded up.
    compute,    ///< Milli-GPUs of a slice on each of its GPUs.
    gpu_memory, ///< MiB of a slice on each of its GPUs.
    cpu,        ///< CPU of the host.
    memory      ///< Memory of the host.
};

/// The sizes by name, in their order.
inline constexpr std::array<std::string_view, 5> request_size_names{"gpus", "compute", "gpu_memory", "cpu", "memory"};

/// The largest request of a kind, and a node that has room for it.
struct largest_request {
    gpupack::request request{}; ///< As it fits.
    node_id node{};             ///< The lowest node where it does.
    std::int64_t size = 0;      ///< What was made as large as possible: GPUs, milli-GPUs, MiB or milli-cores.
};

namespace detail {

/// The request with one of its sizes changed.
[[nodiscard]] inline request resized(const request& kind, request_size what, std::int64_t size) {
    request made = kind;
    const auto in_step = [&](std::int64_t amount) { return (amount * size + kind.gpus - 1) / kind.gpus; };
    switch (what) {
    case request_size::gpus:
        made.gpus = static_cast<int>(size);
        made.cpu = milli_cpu{in_step(kind.cpu.count())};
        made.memory = mebibytes{in_step(kind.memory.count())};
        break;
    case request_size::compute:
        made.share = slice{.memory = kind.share.memory(), .compute = milli_gpu{size}, .rule = kind.share.rule()};
        break;
    case request_size::gpu_memory: {
        const bool whole = kind.share.way() == sharing::exclusive;
        made.share = slice{.memory = mebibytes{size},
                           .compute = whole ? milli_gpu{} : kind.share.compute(),
                           .rule = kind.share.rule()};
        break;
    }
    case request_size::cpu: made.cpu = milli_cpu{size}; break;
    case request_size::memory: made.memory = mebibytes{size}; break;
    }
    return made;
}

/// The most that a node could give of a size; nothing can be larger.
[[nodiscard]] inline std::int64_t most_of(const node_view& node, request_size what) {
    std::int64_t most = 0;
    switch (what) {
    case request_size::gpus: return node.gpu_count();
    case request_size::compute: return node.gpu_count() > 0 ? whole_gpu.count() : 0;
    case request_size::gpu_memory:
        for (int i = 0; i < node.gpu_count(); ++i) most = std::max<std::int64_t>(most, node.gpu(i).memory_free);
        return most;
    case request_size::cpu: return node.cpu_free().count();
    case request_size::memory: return node.memory_free().count();
    }
    return most;
}

} // namespace detail

/// The largest request of a kind that fits now.
///
/// A request fits wherever a larger one does, so that what fits is found by halving; by GPUs, each number is tried. What a
/// slice asks in percent is not kept where its memory or compute is resized.
/// Ties: the lower node. Cost: on each node, a test whether more than the best so far fits, and where it does, the logarithm
/// of what it may give.
///
/// @param cluster  as it is
/// @param kind     a valid request: all that is not resized; for GPUs and slices, of one GPU at least
/// @param what     the size that is made as large as possible; of slices, kind.share is whole GPUs or a slice
/// @return         nothing where not even the smallest fits: one GPU, milli-GPU, MiB or milli-core
[[nodiscard]] inline std::optional<largest_request> find_largest(const cluster& cluster, const request& kind,
                                                                 request_size what) {
    GPUPACK_EXPECTS(is_valid(kind), "a valid request");
    const bool of_host = what == request_size::cpu || what == request_size::memory;
    GPUPACK_EXPECTS(of_host || kind.gpus > 0, "a request for GPUs");
    GPUPACK_EXPECTS(of_host || what == request_size::gpus || (!in_profiles(kind.share.way()) && !kind.share.is_split()),
                    "whole GPUs or a slice");
    std::optional<largest_request> best;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        const auto fits = [&](std::int64_t size) {
            const request larger = detail::resized(kind, what, size);
            return is_valid(larger) && fit::fits(node, larger);
        };
        std::int64_t least = best ? best->size : 0;
        std::int64_t most = std::min(detail::most_of(node, what), std::int64_t{max_amount});
        if (most <= least) continue;
        if (what == request_size::gpus) {
            while (most > least && !fits(most)) --most;
            least = most;
        } else if (fits(least + 1)) {
            for (++least; least < most;) {
                const std::int64_t middle = least + (most - least + 1) / 2;
                if (fits(middle))
                    least = middle;
                else
                    most = middle - 1;
            }
        }
        if (least > (best ? best->size : 0)) best = {detail::resized(kind, what, least), node.id(), least};
    }
    return best;
}

} // namespace gpupack::inline GPUPACK_ABI::plan
