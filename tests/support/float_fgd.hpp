// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

/// FGD's score in floating point, with the sums in the order in which the published simulator takes them: what its
/// rounding errors decide, this decides alike. Slow and obvious; the oracle of policy::fgd.
class float_fgd {
  public:
    static constexpr gpupack::policy::policy_properties properties{.expensive = true};

    /// @param typical the tasks that count, in order
    /// @param tasks   the number of tasks of the whole workload
    float_fgd(const gpupack::task_mix& typical, std::int64_t tasks) {
        const double part = static_cast<double>(typical.total()) / static_cast<double>(tasks);
        for (const auto& each : typical.entries())
            expected_.push_back({each.request, static_cast<double>(each.count) / static_cast<double>(tasks) / part});
    }

    [[nodiscard]] gpupack::policy::score operator()(const gpupack::candidate& chosen,
                                                    const gpupack::request& request) const {
        return static_cast<gpupack::policy::score>(sigmoid(fall(chosen, request) / 1000) * 100.0);
    }

    /// Fragmentation before the placement minus after it, in milli-GPUs.
    [[nodiscard]] double fall(const gpupack::candidate& chosen, const gpupack::request& request) const {
        std::vector<std::int64_t> left;
        for (int i = 0; i < chosen.node.gpu_count(); ++i) left.push_back(chosen.node.gpu(i).compute_free);
        const double before = fragmentation(chosen.node, chosen.node.cpu_free(), left);
        gpupack::for_each_gpu(chosen.gpus,
                              [&](int i) { left[static_cast<std::size_t>(i)] -= request.share.compute().count(); });
        return before - fragmentation(chosen.node, chosen.node.cpu_free() - request.cpu, left);
    }

  private:
    struct typical_task {
        gpupack::request request;
        double popularity;
    };
    /// The kinds of task by what a node lacks for them, summed up apart and then together, in this order.
    enum kind { lacks_both, lacks_gpu, satisfied, lacks_cpu, no_gpu_satisfied, no_gpu_lacks_cpu, no_access, kinds };

    static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

    static kind type_of(const gpupack::request& task, const gpupack::node_view& node, bool has_cpu,
                        const std::vector<std::int64_t>& left) {
        if (task.gpus == 0) return has_cpu ? no_gpu_satisfied : no_gpu_lacks_cpu;
        if ((node.type().models & task.models).empty()) return no_access;
        int serving = 0;
        for (const std::int64_t free : left) serving += free >= task.share.compute().count() ? 1 : 0;
        if (serving >= task.gpus) return has_cpu ? satisfied : lacks_cpu;
        return has_cpu ? lacks_gpu : lacks_both;
    }

    [[nodiscard]] double fragmentation(const gpupack::node_view& node, gpupack::milli_cpu cpu,
                                       const std::vector<std::int64_t>& left) const {
        std::array<double, kinds> sums{};
        std::int64_t all = 0;
        for (const std::int64_t free : left) all += free;
        for (const typical_task& task : expected_) {
            const kind found = type_of(task.request, node, cpu >= task.request.cpu, left);
            if (found != satisfied) {
                sums[found] += task.popularity * static_cast<double>(all);
                continue;
            }
            std::int64_t too_small = 0;
            for (const std::int64_t free : left)
                if (free < task.request.share.compute().count()) too_small += free;
            sums[lacks_gpu] += task.popularity * static_cast<double>(too_small);
        }
        double sum = 0;
        for (int k = 0; k < kinds; ++k)
            if (k != satisfied) sum += sums[static_cast<std::size_t>(k)];
        return sum;
    }

    std::vector<typical_task> expected_;
};
