// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/gpu/what_if_world.hpp>
#include <gpupack/plan/batch_total.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/arrival_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The best of some orders of a batch.
struct found_order {
    std::vector<std::uint32_t> order;  ///< [requests] Indices into the requests, in the order in which they are placed.
    std::optional<std::uint64_t> seed; ///< That it was drawn from; nothing where the order given is as good as any.
    plan::batch_total as_given;        ///< What is placed in the order given.
    plan::batch_total total;           ///< What is placed in this order.
};

/// Tries the order given and many random ones, each as a what-if replay, all at once. Ties: the order given, then the
/// lower seed.
///
/// @param space     where they run
/// @param cluster   stays as it is
/// @param policy    which choice is the best
/// @param requests  the batch
/// @param orders    how many are drawn, from the seeds `seed`, `seed` + 1 ...
/// @param seed      of the first drawn order
/// @param goal      what the orders are compared by
/// @param rule      what is placed for a request
/// @param options   memory and blocks
/// @return          the order, which place_batch then gives the choices for; errors as what_if
template <space Space, what_if_policy Policy> [[nodiscard]] expected<found_order, gpu_error>
search_orders(Space& space, const cluster& cluster, const Policy& policy, const std::vector<request>& requests,
              std::uint32_t orders, std::uint64_t seed = 42, plan::batch_goal goal = plan::batch_goal::compute,
              request_rule rule = request_rule::as_requested, const what_if_options& options = {}) {
    const what_if_world<Policy> world{cluster, requests, {policy}, task_mix{}, rule};
    std::vector<replay::what_if_scenario> scenarios{{.tasks = replay::drawn_order::as_given, .nodes = replay::drawn_order::as_given}};
    for (std::uint32_t i = 0; i < orders; ++i)
        scenarios.push_back({.seed = seed + i, .nodes = replay::drawn_order::as_given});
    const auto results = what_if(space, world, scenarios, options);
    if (!results) return unexpected<gpu_error>{results.error()};
    const auto total = [&](std::size_t i) {
        return plan::batch_total{(*results)[i].allocated, (*results)[i].placed};
    };
    std::size_t best = 0;
    for (std::size_t i = 1; i < results->size(); ++i)
        if (total(i).beats(total(best), goal)) best = i;
    found_order found{std::vector<std::uint32_t>(requests.size()), std::nullopt, total(0), total(best)};
    std::iota(found.order.begin(), found.order.end(), std::uint32_t{0});
    if (best > 0) {
        found.seed = scenarios[best].seed;
        workload::draw_order(found.order.data(), requests.size(), *found.seed, workload::seed_stream::task_order);
    }
    return found;
}

} // namespace gpupack::gpu
