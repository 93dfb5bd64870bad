// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/batch_order.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/workload/arrival_stream.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The best of some orders of a batch.
///
/// order  [asked]  indices into the requests, first to be placed first
/// seed   that it was drawn from; nothing where the order given is as good as any
/// given  what is placed in the order given
/// best   what is placed in this one
struct found_order {
    std::vector<std::uint32_t> order;
    std::optional<std::uint64_t> seed;
    batch_total given;
    batch_total best;
};

/// Tries the order given and many random ones, each as a what-if replay, all at once.
///
/// orders   how many are drawn: from seeds `seed` on
/// returns  the order; place_batch then gives the choices
/// errors   those of what_if
/// ties     the order given, then the lower seed
template <space Space, what_if_policy Policy> [[nodiscard]] expected<found_order, gpu_error>
search_orders(Space& in, const cluster& on, const Policy& by, const std::vector<request>& request,
              std::uint32_t orders, std::uint64_t seed = 42, batch_goal goal = batch_goal::compute,
              const what_if_options& with = {}) {
    const what_if_world<Policy> world{on, request, {by}, task_mix{}};
    std::vector<what_if_scenario> scenarios{{.tasks = drawn_order::as_given, .nodes = drawn_order::as_given}};
    for (std::uint32_t i = 0; i < orders; ++i)
        scenarios.push_back({.seed = seed + i, .nodes = drawn_order::as_given});
    const auto results = what_if(in, world, scenarios, with);
    if (!results) return unexpected<gpu_error>{results.error()};
    const auto total = [&](std::size_t i) { return batch_total{(*results)[i].allocated, (*results)[i].placed}; };
    std::size_t best = 0;
    for (std::size_t i = 1; i < results->size(); ++i)
        if (total(i).beats(total(best), goal)) best = i;
    found_order found{std::vector<std::uint32_t>(request.size()), std::nullopt, total(0), total(best)};
    if (best > 0) {
        found.seed = scenarios[best].seed;
        workload::draw_order(found.order.data(), request.size(), *found.seed, workload::seed_stream::task_order);
    } else {
        for (std::uint32_t i = 0; i < request.size(); ++i) found.order[i] = i;
    }
    return found;
}

} // namespace gpupack::gpu
