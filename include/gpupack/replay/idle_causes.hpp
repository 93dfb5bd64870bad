// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// What no task has requested of the GPUs, of each its compute or its memory, whichever is used more; split by why no
/// expected task takes it.
///
/// Free compute of a GPU counts for the first hurdle that no expected task passes there.
struct idle_causes {
    /// No task finds enough on the GPU, and on as many GPUs of the node as it requests, of whatever models.
    milli_gpu too_small{};
    milli_gpu wrong_model{};       ///< Those that do accept other models or labels.
    milli_gpu host_short{};        ///< Those that still do lack CPU or memory on the node.
    milli_gpu fits{};              ///< No hurdle: an expected task could be placed there now.
    milli_gpu rounding_overhead{}; ///< Held but not requested: by a rule that rounds requests up.

    /// The sum: the compute of the cluster less served_compute().
    [[nodiscard]] constexpr milli_gpu total() const noexcept {
        return too_small + wrong_model + host_short + fits + rounding_overhead;
    }

    friend constexpr bool operator==(const idle_causes&, const idle_causes&) = default;
};

/// The requests of a mix that want GPUs and that task_mix::typical() keeps, with their host memory, which it drops.
///
/// @param mix      all that is expected
/// @param percent  of the mix, as for task_mix::typical()
[[nodiscard]] inline std::vector<request> typical_requests(const task_mix& mix, int percent) {
    const task_mix typical = mix.typical(percent);
    std::vector<request> chosen;
    for (const task_mix::entry& each : mix.entries()) {
        request bare = each.request;
        bare.memory = mebibytes{0};
        const bool is_typical = std::any_of(typical.entries().begin(), typical.entries().end(),
                                            [&](const task_mix::entry& other) { return other.request == bare; });
        if (each.request.gpus > 0 && is_typical) chosen.push_back(each.request);
    }
    return chosen;
}

namespace detail {

/// The GPUs of a node on which some expected task passes each hurdle.
struct passed_hurdles {
    gpu_set large_enough;
    gpu_set of_model;
    gpu_set with_host;
};

[[nodiscard]] inline passed_hurdles hurdles_passed(const node_view& node, const std::vector<request>& expected) {
    passed_hurdles passed;
    for (const request& task : expected) {
        request of_any_model = task;
        of_any_model.models = model_set::any();
        of_any_model.labels = {};
        of_any_model.ids = {};
        const gpu_set large_enough = fit::fitting_gpus(node, of_any_model);
        if (!fit::gpus_suffice(node, of_any_model, large_enough)) continue;
        passed.large_enough = passed.large_enough | large_enough;
        const gpu_set fitting = fit::fitting_gpus(node, task);
        if (!fit::gpus_suffice(node, task, fitting)) continue;
        passed.of_model = passed.of_model | fitting;
        if (fit::host_fits(node, task)) passed.with_host = passed.with_host | fitting;
    }
    return passed;
}

} // namespace detail

/// Splits the idle compute of a cluster by cause.
///
/// Cost: two tests for each node with free compute and each expected task.
/// @param cluster   as it is
/// @param expected  requests for GPUs, from typical_requests() as a rule
/// @return parts whose sum is exactly what is idle
[[nodiscard]] inline idle_causes idle_causes_of(const cluster& cluster, const std::vector<request>& expected) {
    idle_causes causes;
    causes.rounding_overhead = cluster.rounding_overhead();
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        if (node.compute_free().count() == 0) continue;
        const detail::passed_hurdles passed = detail::hurdles_passed(node, expected);
        for (int i = 0; i < node.gpu_count(); ++i) {
            const milli_gpu free{node.capacity(i).compute - used_part(node.gpu(i), node.capacity(i))};
            if (passed.with_host.contains(i))
                causes.fits += free;
            else if (passed.of_model.contains(i))
                causes.host_short += free;
            else if (passed.large_enough.contains(i))
                causes.wrong_model += free;
            else
                causes.too_small += free;
        }
    }
    return causes;
}

} // namespace gpupack::replay
