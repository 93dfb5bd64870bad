// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/gpu_parts.hpp"

#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// FGD as the paper says it: every node, every GPU, every typical task, before and after. Slow and obvious; the
/// oracle of the engines under policy::fgd, and what their speed is compared with.
class naive_fgd {
  public:
    explicit naive_fgd(const gpupack::task_mix& typical)
        : typical_{typical}, thresholds_{gpupack::policy::detail::make_fgd_thresholds(typical.total())} {}

    /// The best node and GPUs: the highest score, then the lowest node, then the lowest set.
    [[nodiscard]] std::optional<gpupack::selection> find(const gpupack::cluster& nodes,
                                                         const gpupack::request& request) const {
        std::optional<gpupack::selection> best;
        gpupack::policy::score best_score = 0;
        for (std::uint32_t n = 0; n < nodes.size(); ++n)
            gpupack::fit::for_each_candidate(
                nodes[gpupack::node_id{n}], request, [&](const gpupack::candidate& chosen) {
                    const gpupack::policy::score offered = score(chosen, request);
                    const bool ties = best && offered == best_score && best->node == chosen.node.id();
                    if (best && offered <= best_score && !(ties && chosen.gpus < best->gpus)) return;
                    best = gpupack::selection{chosen.node.id(), chosen.gpus};
                    best_score = offered;
                });
        return best;
    }

    /// 0 to 99: FGD's rounded score.
    [[nodiscard]] gpupack::policy::score score(const gpupack::candidate& chosen,
                                               const gpupack::request& request) const {
        std::vector<gpupack::gpu_state> gpus;
        for (int i = 0; i < chosen.node.gpu_count(); ++i) gpus.push_back(chosen.node.gpu(i));
        const std::int64_t before = fragmentation(chosen.node, chosen.node.cpu_free(), gpus);
        gpupack::for_each_gpu(chosen.gpus, [&](int i) {
            gpupack::gpu_state& gpu = gpus[static_cast<std::size_t>(i)];
            gpu = gpupack::after_taking(gpu, request.share, chosen.node.capacity(i), request.gpus);
        });
        const std::int64_t fall = before - fragmentation(chosen.node, chosen.node.cpu_free() - request.cpu, gpus);
        gpupack::policy::score reached = 0;
        while (reached < gpupack::policy::detail::fgd_thresholds::count && thresholds_.fall[reached] <= fall) ++reached;
        return reached;
    }

  private:
    /// What is free that the typical tasks cannot use, summed over them.
    [[nodiscard]] std::int64_t fragmentation(const gpupack::node_view& node, gpupack::milli_cpu cpu,
                                             const std::vector<gpupack::gpu_state>& gpus) const {
        std::int64_t sum = 0;
        for (const gpupack::task_mix::entry& each : typical_.entries()) {
            const gpupack::request& task = each.request;
            int serving = 0;
            std::int64_t usable = 0;
            std::int64_t all = 0;
            for (std::size_t i = 0; i < gpus.size(); ++i) {
                const std::int64_t free = plain_part_free(gpus[i], node.capacity(static_cast<int>(i)));
                all += free;
                const bool model_will_do = task.models.contains(node.gpu_model(static_cast<int>(i)));
                const bool serves = task.share.way() == gpupack::sharing::exclusive
                                        ? gpus[i].way == gpupack::sharing::idle
                                        : gpupack::fit::slice_fits(gpus[i], task.share.memory(), task.share.compute());
                if (task.gpus == 0 || !model_will_do || !serves) continue;
                ++serving;
                usable += free;
            }
            const bool fits = task.gpus > 0 && serving >= task.gpus && task.cpu <= cpu;
            sum += each.count * (all - (fits ? usable : 0));
        }
        return sum;
    }

    gpupack::task_mix typical_;
    gpupack::policy::detail::fgd_thresholds thresholds_;
};
