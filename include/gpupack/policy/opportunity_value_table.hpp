// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/request/task_mix.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Owns what an opportunity_value_view points to. Made once from the expected tasks; copies share it.
///
/// - Cost: offers * levels * distinct tasks * 8 steps for each group of models; some 4 ms for the tasks of openb.
class opportunity_value_table {
  public:
    /// @param expected a mix whose counts sum to at most 2^20
    /// @param offers tasks that are offered to a node before the outlook ends
    /// @param gpu_memory MiB of a GPU, to turn memory that tasks ask for into a part of it
    explicit opportunity_value_table(const task_mix& expected, int offers = 240,
                                mebibytes gpu_memory = mebibytes{81920}) {
        GPUPACK_EXPECTS(expected.total() <= std::int64_t{1} << 20, "at most 2^20 expected tasks");
        GPUPACK_EXPECTS(offers >= 1 && gpu_memory.count() >= 1, "an offer and a MiB at least");
        tables built;
        for (const task_mix::entry& each : expected.entries())
            if (each.request.gpus > 0) built.count(each, gpu_memory);
        built.find_levels();
        built.set_prices();
        built.group_models();
        for (const std::uint64_t models : built.groups) built.append(models, offers);
        tables_ = std::make_shared<const tables>(std::move(built));
    }

    /// Valid while the table, or a copy of it, is.
    [[nodiscard]] opportunity_value_view view() const noexcept {
        return {tables_->use.data(),      tables_->level_of.data(), tables_->price.data(), tables_->group_of.data(),
                tables_->tables_of_all(), tables_->levels(),        tables_->memory};
    }

    friend bool operator==(const opportunity_value_table& a, const opportunity_value_table& b) noexcept {
        return a.tables_ == b.tables_ ||
               (a.tables_->use == b.tables_->use && a.tables_->price == b.tables_->price &&
                a.tables_->level_of == b.tables_->level_of && a.tables_->group_of == b.tables_->group_of);
    }

  private:
    static constexpr int prices = opportunity_value_view::prices;
    static constexpr int outlooks = opportunity_value_view::outlooks;
    static constexpr std::int64_t unit = opportunity_value_view::unit;

    /// Expected tasks, alike in what they take of one GPU and of the CPU for it.
    struct offer {
        std::int64_t compute = 0; // milli-GPUs
        std::int64_t cpu = 0;     // milli-cores
        std::uint64_t models = 0;
        std::int64_t count = 0; // a task of several GPUs counts for each
    };
    using uses = std::array<std::int32_t, prices>;

    struct tables {
        std::vector<offer> offers;
        std::int64_t total = 1;          // more than the sum of counts, so that no offer is certain
        std::vector<std::int64_t> level; // the sums of offers' compute, ascending
        std::vector<std::uint16_t> level_of;
        std::array<std::int64_t, prices> of_cpu{}; // what a milli-core costs at each price
        std::vector<std::int64_t> price;
        std::vector<std::uint64_t> groups; // of models that serve the same offers, one model of each, as a set
        std::vector<std::uint8_t> group_of;
        std::vector<std::int32_t> use;
        std::int32_t memory = 0;

        [[nodiscard]] std::int32_t tables_of_all() const noexcept {
            return static_cast<std::int32_t>(groups.size()) * opportunity_value_view::gpu_counts;
        }
        [[nodiscard]] std::int32_t levels() const noexcept { return static_cast<std::int32_t>(level.size()); }

        void count(const task_mix::entry& each, mebibytes gpu_memory) {
            const request& request = each.request;
            std::int64_t compute = request.share.compute().count();
            if (request.share.way() != sharing::exclusive) {
                const auto whole = static_cast<std::int32_t>(gpu_memory.count());
                const std::int64_t slice_memory = request.share.memory_of(whole);
                if (slice_memory > 0) memory = whole;
                compute =
                    std::max(compute, std::min(whole_gpu.count(), (slice_memory * whole_gpu.count() + whole - 1) / whole));
            }
            if (compute == 0) return;
            const std::int64_t count = each.count * request.gpus;
            total += count;
            const offer added{compute, request.cpu.count() / request.gpus, request.models.bits(), count};
            for (offer& known : offers)
                if (known.compute == added.compute && known.cpu == added.cpu && known.models == added.models) {
                    known.count += count;
                    return;
                }
            offers.push_back(added);
        }

        /// Finds every sum of offers up to a whole GPU; a free part that is no such sum serves what the next lower
        /// one does.
        void find_levels() {
            std::vector<char> is_sum(static_cast<std::size_t>(whole_gpu.count()) + 1, 0);
            is_sum[0] = 1;
            for (std::size_t r = 1; r < is_sum.size(); ++r)
                for (const offer& each : offers)
                    if (each.compute <= static_cast<std::int64_t>(r) &&
                        is_sum[r - static_cast<std::size_t>(each.compute)])
                        is_sum[r] = 1;
            level_of.resize(is_sum.size());
            for (std::size_t r = 0; r < is_sum.size(); ++r) {
                if (is_sum[r]) level.push_back(static_cast<std::int64_t>(r));
                level_of[r] = static_cast<std::uint16_t>(level.size() - 1);
            }
        }

        /// Prices from nothing up to twice what the tasks' compute is worth in their CPU, each 20/11 of the one before.
        void set_prices() {
            constexpr std::int64_t fortieths[outlooks] = {7, 14, 28, 56, 112};
            std::int64_t compute = 0;
            std::int64_t cpu = 0;
            for (const offer& each : offers) {
                compute += each.compute * each.count;
                cpu += each.cpu * each.count;
            }
            std::int64_t highest = cpu == 0 ? 0 : 2 * unit * compute / cpu;
            for (std::size_t p = prices - 1; p > 0; --p, highest = highest * 11 / 20) of_cpu[p] = highest;
            for (const std::int64_t parts : fortieths)
                for (const std::int64_t each : of_cpu) price.push_back(each * parts / 40);
        }

        /// Models that serve the same offers are one group.
        void group_models() {
            for (int m = 0; m < max_models; ++m) {
                const std::uint64_t model = std::uint64_t{1} << m;
                std::size_t group = 0;
                while (group < groups.size() && !serve_alike(groups[group], model)) ++group;
                if (group == groups.size()) groups.push_back(model);
                group_of.push_back(static_cast<std::uint8_t>(group));
            }
        }

        /// Whether two models, each as a set, serve the same offers.
        [[nodiscard]] bool serve_alike(std::uint64_t a, std::uint64_t b) const noexcept {
            for (const offer& each : offers)
                if (((each.models & a) == 0) != ((each.models & b) == 0)) return false;
            return true;
        }

        /// Appends the tables of a group of models, one a GPU count.
        void append(std::uint64_t models, int most_offers) {
            std::vector<uses> now(level.size(), uses{});
            std::vector<std::vector<uses>> by_count(opportunity_value_view::gpu_counts, now);
            for (int t = 1; t <= most_offers; ++t) {
                now = after_one_more(now, models);
                for (int n = 0; n < opportunity_value_view::gpu_counts; ++n)
                    if (t == std::max(1, most_offers >> n)) by_count[static_cast<std::size_t>(n)] = now;
            }
            for (const auto& table : by_count)
                for (const uses& each : table) use.insert(use.end(), each.begin(), each.end());
        }

        [[nodiscard]] std::vector<uses> after_one_more(const std::vector<uses>& before,
                                                       std::uint64_t models) const {
            std::vector<uses> after = before;
            for (std::size_t l = 0; l < level.size(); ++l) {
                std::int64_t gained[prices] = {};
                for (const offer& each : offers) {
                    if ((each.models & models) == 0 || each.compute > level[l]) continue;
                    const uses& rest = before[level_of[static_cast<std::size_t>(level[l] - each.compute)]];
                    for (std::size_t p = 0; p < prices; ++p) {
                        const std::int64_t worth = each.compute * unit - of_cpu[p] * each.cpu;
                        const std::int64_t gain = worth + rest[p] - before[l][p];
                        gained[p] += gain > 0 ? gain * each.count : 0;
                    }
                }
                for (std::size_t p = 0; p < prices; ++p)
                    after[l][p] += static_cast<std::int32_t>(gained[p] / total);
            }
            return after;
        }
    };

    std::shared_ptr<const tables> tables_;
};

} // namespace gpupack::policy
