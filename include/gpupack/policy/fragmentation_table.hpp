#pragma once

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

namespace gpupack::policy {

/// The expected tasks that ask for GPUs alike: the same share, number and models, whatever their CPU.
///
/// offer, memory         what a GPU must offer to serve them (gpu_lanes)
/// gpus                  how many such GPUs a task takes
/// first_cpu, cpu_count  its rows in the table of CPU thresholds
struct demand_class {
    std::int32_t offer = 0;
    std::int32_t memory = 0;
    std::int32_t gpus = 0;
    std::int32_t first_cpu = 0;
    std::int32_t cpu_count = 0;
    model_set models{};

    /// Whether a GPU in that state serves one of the tasks, CPU and model apart.
    [[nodiscard]] GPUPACK_HD constexpr bool served_by(const gpu_state& gpu) const noexcept {
        return offer_of(gpu) >= offer && gpu.memory_free >= memory;
    }

    GPUPACK_HD friend constexpr bool asks_alike(const demand_class& a, const demand_class& b) noexcept {
        return a.offer == b.offer && a.memory == b.memory && a.gpus == b.gpus && a.models == b.models;
    }
};

/// How many tasks of a demand_class ask for at most that much CPU.
struct cpu_threshold {
    std::int64_t cpu = 0;
    std::int64_t count = 0;
};

/// The expected tasks, laid out so that the fragmentation of a node is one pass over their demand classes.
///
/// With c_m the count of task m, C their sum, and L the free compute of a node:
///   fragmentation = sum over m of c_m * (free compute that m cannot use) = C L - usable
///   usable        = sum over classes D whose number of GPUs the node can serve
///                   of (count of D's tasks whose CPU it has) * (free compute of the GPUs that serve D)
/// Both are whole numbers, in tasks times milli-GPUs. A view is flat: the same on the host and in a kernel.
/// source  FGD, USENIX ATC 2023 (docs/sources.md#fgd)
struct fragmentation_view {
    const demand_class* classes = nullptr;
    const cpu_threshold* thresholds = nullptr;
    std::int32_t class_count = 0;
    std::int64_t total = 0;

    /// The count of the class's tasks that ask for at most that CPU.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t tasks_within(const demand_class& of,
                                                                 milli_cpu cpu) const noexcept {
        std::int64_t count = 0;
        const cpu_threshold* const rows = thresholds + of.first_cpu;
        for (int i = 0; i < of.cpu_count && rows[i].cpu <= cpu.count(); ++i) count = rows[i].count;
        return count;
    }

    /// The node's fragmentation; divided by total, in milli-GPUs.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t fragmentation(const node_view& node) const noexcept {
        const gpu_lanes gpus{node};
        std::int64_t usable = 0;
        for (int c = 0; c < class_count; ++c) {
            const gpu_set wanted = node.kind().gpus_of(classes[c].models);
            const served_gpus served = sum_served(gpus, wanted, classes[c].offer, classes[c].memory);
            if (served.count >= classes[c].gpus) usable += tasks_within(classes[c], node.cpu_free()) * served.free;
        }
        return total * node.compute_free().count() - usable;
    }
};

/// Owns what a fragmentation_view points to. Made once from the expected tasks; copies share it.
class fragmentation_table {
  public:
    /// expected  a mix whose counts sum to at most 2^20, so that scores stay within their range
    explicit fragmentation_table(const task_mix& expected) {
        GPUPACK_EXPECTS(expected.total() <= std::int64_t{1} << 20, "at most 2^20 expected tasks");
        rows built;
        built.expected = expected;
        for (const task_mix::entry& each : expected.entries())
            if (each.asked.gpus > 0) built.count(each);
        built.finish();
        rows_ = std::make_shared<const rows>(std::move(built));
    }

    /// Valid while the table, or a copy of it, is.
    [[nodiscard]] fragmentation_view view() const noexcept {
        return {rows_->classes.data(), rows_->thresholds.data(), static_cast<std::int32_t>(rows_->classes.size()),
                rows_->expected.total()};
    }

    /// The mix it was made from.
    [[nodiscard]] const task_mix& expected() const noexcept { return rows_->expected; }

    friend bool operator==(const fragmentation_table& a, const fragmentation_table& b) noexcept {
        return a.rows_ == b.rows_ || a.expected() == b.expected();
    }

  private:
    struct rows {
        std::vector<demand_class> classes;
        std::vector<std::vector<cpu_threshold>> by_class;
        std::vector<cpu_threshold> thresholds;
        task_mix expected;

        void count(const task_mix::entry& each) {
            const request& asked = each.asked;
            const demand_class demand{offer_wanted(asked.share),
                                      static_cast<std::int32_t>(asked.share.memory().count()),
                                      asked.gpus,
                                      0,
                                      0,
                                      asked.models};
            const auto known = std::find_if(classes.begin(), classes.end(),
                                            [&](const demand_class& tasks) { return asks_alike(tasks, demand); });
            const auto index = static_cast<std::size_t>(known - classes.begin());
            if (known == classes.end()) {
                classes.push_back(demand);
                by_class.emplace_back();
            }
            by_class[index].push_back({asked.cpu.count(), each.count});
        }

        /// Sorts each class by CPU, sums its counts up, and lays all of them in one array.
        void finish() {
            for (std::size_t c = 0; c < classes.size(); ++c) {
                std::vector<cpu_threshold>& cpus = by_class[c];
                std::sort(cpus.begin(), cpus.end(),
                          [](const cpu_threshold& a, const cpu_threshold& b) { return a.cpu < b.cpu; });
                for (std::size_t i = 1; i < cpus.size(); ++i) cpus[i].count += cpus[i - 1].count;
                classes[c].first_cpu = static_cast<std::int32_t>(thresholds.size());
                classes[c].cpu_count = static_cast<std::int32_t>(cpus.size());
                thresholds.insert(thresholds.end(), cpus.begin(), cpus.end());
            }
            by_class.clear();
        }
    };

    std::shared_ptr<const rows> rows_;
};

} // namespace gpupack::policy
