// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The expected tasks that ask for GPUs alike: the same share, number and models, whatever their CPU.
struct demand_class {
    std::int32_t offer = 0; ///< What a GPU must offer to serve them; see gpu_lanes.
    std::int32_t memory =
        0;                 ///< MiB that a GPU must have free to serve them; below 0: minus a percentage of its memory.
    std::int32_t gpus = 0; ///< How many such GPUs a task takes.
    model_set models{};    ///< The models that serve them.

    GPUPACK_HD friend constexpr bool asks_alike(const demand_class& a, const demand_class& b) noexcept {
        return a.offer == b.offer && a.memory == b.memory && a.gpus == b.gpus && a.models == b.models;
    }
};

/// The expected tasks, laid out so that the fragmentation of a node is one pass over their demand classes.
///
/// With c_m the count of task m, C their sum, and L what is free on the GPUs of a node, of each its compute or its memory,
/// whichever is less, as a part of the GPU:
///   fragmentation = sum over m of c_m * (what is free that m cannot use) = C L - usable
///   usable        = sum over classes D whose number of GPUs the node can serve
///                   of (count of D's tasks whose CPU it has) * (what is free on the GPUs that serve D)
/// Both are whole numbers, in tasks times milli-GPUs. A view is flat: the same on the host and in a kernel.
///
/// - Source: FGD, USENIX ATC 2023 (docs/sources.md#fgd).
struct fragmentation_view {
    const demand_class* classes = nullptr; ///< [class_count] tasks that ask for GPUs alike.
    /// [cpu_count] the distinct amounts of CPU that expected tasks ask for, ascending.
    const std::int32_t* cpus = nullptr;
    /// [class_count, cpu_count + 1] how many of a class's tasks ask for at most the k lowest of them.
    const std::int32_t* within = nullptr;
    std::int32_t class_count = 0; ///< Number of classes.
    std::int32_t cpu_count = 0;   ///< Number of CPU demands over all classes.
    std::int64_t total = 0;       ///< Sum of the counts of all typical tasks.

    /// Calls visit(pointer, count) for each table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(classes, static_cast<std::size_t>(class_count));
        visit(cpus, static_cast<std::size_t>(cpu_count));
        visit(within, static_cast<std::size_t>(class_count) * static_cast<std::size_t>(cpu_count + 1));
    }

    /// How many of the distinct amounts of CPU are at most that much.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t cpu_level(milli_cpu cpu) const noexcept {
        std::int32_t level = 0;
        for (std::int32_t i = 0; i < cpu_count; ++i) level += cpus[i] <= cpu.count() ? 1 : 0; // vectorised
        return level;
    }

    /// The count of a class's tasks whose CPU a node has, by the cpu_level of what is free on it.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t tasks_within(std::int32_t of_class,
                                                                 std::int32_t level) const noexcept {
        return within[of_class * (cpu_count + 1) + level];
    }

    /// The node's fragmentation; divided by total, in milli-GPUs.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t fragmentation(const node_view& node) const noexcept {
        const gpu_lanes gpus{node};
        const std::int32_t level = cpu_level(node.cpu_free());
        std::int64_t free = 0;
        for (int i = 0; i < node.gpu_count(); ++i) free += served_gpus{gpus.supply[i]}.free();
        std::int64_t usable = 0;
        for (std::int32_t c = 0; c < class_count; ++c) {
            const gpu_set candidates = node.type().gpus_of(classes[c].models);
            const served_gpus served = sum_served(gpus, candidates, classes[c].offer, classes[c].memory);
            if (served.count() >= classes[c].gpus) usable += tasks_within(c, level) * served.free();
        }
        return total * free - usable;
    }
};

/// Owns what a fragmentation_view points to. Made once from the expected tasks; copies share it.
class fragmentation_table {
  public:
    /// @param expected a mix whose counts sum to at most 2^20, so that scores stay within their range
    explicit fragmentation_table(const task_mix& expected) {
        GPUPACK_EXPECTS(expected.total() <= std::int64_t{1} << 20, "at most 2^20 expected tasks");
        rows built;
        built.expected = expected;
        for (const task_mix::entry& each : expected.entries())
            if (each.request.gpus > 0) built.cpus.push_back(static_cast<std::int32_t>(each.request.cpu.count()));
        std::sort(built.cpus.begin(), built.cpus.end());
        built.cpus.erase(std::unique(built.cpus.begin(), built.cpus.end()), built.cpus.end());
        for (const task_mix::entry& each : expected.entries())
            if (each.request.gpus > 0) built.count(each);
        rows_ = std::make_shared<const rows>(std::move(built));
    }

    /// Valid while the table, or a copy of it, is.
    [[nodiscard]] fragmentation_view view() const noexcept {
        return {rows_->classes.data(),
                rows_->cpus.data(),
                rows_->within.data(),
                static_cast<std::int32_t>(rows_->classes.size()),
                static_cast<std::int32_t>(rows_->cpus.size()),
                rows_->expected.total()};
    }

    /// The mix it was made from.
    [[nodiscard]] const task_mix& expected() const noexcept { return rows_->expected; }

    friend bool operator==(const fragmentation_table& a, const fragmentation_table& b) noexcept {
        return a.rows_ == b.rows_ || a.expected() == b.expected();
    }

  private:
    struct rows {
        task_mix expected;
        std::vector<demand_class> classes;
        std::vector<std::int32_t> cpus;
        std::vector<std::int32_t> within;

        /// Adds the task to its class, which is made where it is new; cpus must be complete.
        void count(const task_mix::entry& each) {
            const request& request = each.request;
            const demand_class demand{offer_wanted(request.share),
                                      request.share.memory_part() > 0
                                          ? -request.share.memory_percent_up()
                                          : static_cast<std::int32_t>(request.share.memory().count()),
                                      request.gpus, request.models};
            const auto known = std::find_if(classes.begin(), classes.end(),
                                            [&](const demand_class& tasks) { return asks_alike(tasks, demand); });
            const auto index = static_cast<std::size_t>(known - classes.begin());
            const std::size_t levels = cpus.size() + 1;
            if (known == classes.end()) {
                classes.push_back(demand);
                within.resize(classes.size() * levels);
            }
            const auto needed = std::upper_bound(cpus.begin(), cpus.end(), request.cpu.count()) - cpus.begin();
            for (auto level = static_cast<std::size_t>(needed); level < levels; ++level)
                within[index * levels + level] += static_cast<std::int32_t>(each.count);
        }
    };

    std::shared_ptr<const rows> rows_;
};

} // namespace gpupack::policy
