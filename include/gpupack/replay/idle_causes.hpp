// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The compute that nobody asked for, split by why no expected task takes it.
///
/// Each GPU's free compute counts for the first of these hurdles that no expected task passes there:
/// too_small    it finds room on the GPU, and on as many GPUs of the node as it asks for, whatever their models
/// wrong_model  of those that do, it takes these models, and GPUs labelled so
/// host_short   of those that do, the node has its CPU and memory free
/// fits         free compute that passes all three: an expected task could be placed there now
/// rounding_overhead      held, but not asked for: by policies that round up
struct idle_causes {
    milli_gpu too_small{};
    milli_gpu wrong_model{};
    milli_gpu host_short{};
    milli_gpu fits{};
    milli_gpu rounding_overhead{};

    /// All of it: the compute of the cluster less served_compute().
    [[nodiscard]] constexpr milli_gpu total() const noexcept {
        return too_small + wrong_model + host_short + fits + rounding_overhead;
    }

    friend constexpr bool operator==(const idle_causes&, const idle_causes&) = default;
};

/// The tasks of a mix that ask for GPUs and that task_mix::typical() takes, with their host memory, which it drops.
[[nodiscard]] inline std::vector<request> typical_requests(const task_mix& of, int percent) {
    const task_mix typical = of.typical(percent);
    std::vector<request> chosen;
    for (const task_mix::entry& each : of.entries()) {
        request bare = each.request;
        bare.memory = mebibytes{0};
        const bool is_typical = std::any_of(typical.entries().begin(), typical.entries().end(),
                                            [&](const task_mix::entry& other) { return other.request == bare; });
        if (each.request.gpus > 0 && is_typical) chosen.push_back(each.request);
    }
    return chosen;
}

/// Splits the idle compute of a cluster by cause.
///
/// expected  tasks that ask for GPUs, from typical_requests as a rule
/// returns   parts whose sum is exactly what is idle
/// cost      two tests for each node with free compute and each expected task
[[nodiscard]] inline idle_causes idle_causes_of(const cluster& on, const std::vector<request>& expected) {
    idle_causes told;
    told.rounding_overhead = on.rounding_overhead();
    for (std::uint32_t n = 0; n < on.size(); ++n) {
        const node_view node = on[node_id{n}];
        if (node.compute_free().count() == 0) continue;
        gpu_set with_room;
        gpu_set of_model;
        gpu_set with_host;
        for (const request& task : expected) {
            request of_any_model = task;
            of_any_model.models = model_set::any();
            of_any_model.labels = {};
            of_any_model.ids = {};
            const gpu_set room = fit::fitting_gpus(node, of_any_model);
            if (!fit::gpus_suffice(node, of_any_model, room)) continue;
            with_room = with_room | room;
            const gpu_set right = fit::fitting_gpus(node, task);
            if (!fit::gpus_suffice(node, task, right)) continue;
            of_model = of_model | right;
            if (fit::host_fits(node, task)) with_host = with_host | right;
        }
        for (int i = 0; i < node.gpu_count(); ++i) {
            const milli_gpu free{node.gpu(i).compute_free};
            milli_gpu& cause = with_host.contains(i)   ? told.fits
                               : of_model.contains(i)  ? told.host_short
                               : with_room.contains(i) ? told.wrong_model
                                                       : told.too_small;
            cause += free;
        }
    }
    return told;
}

} // namespace gpupack::replay
