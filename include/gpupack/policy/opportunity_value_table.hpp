// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/topology/model_table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// MiB of GPUs, by which memory that tasks ask for becomes a part of a GPU.
struct gpu_memories {
    std::vector<mebibytes> models{}; ///< [models] Of each model of the cluster, by its id; 0 where it is not known.
    mebibytes fallback{81920};       ///< Of models that are not listed.

    /// Those of a table of models.
    [[nodiscard]] static gpu_memories of(const model_table& table) {
        gpu_memories known;
        for (std::size_t m = 0; m < table.size(); ++m)
            known.models.push_back(table[model_id{static_cast<std::uint8_t>(m)}].memory);
        return known;
    }
    /// Of a model, above 0.
    [[nodiscard]] std::int64_t of_model(int model) const noexcept {
        const auto index = static_cast<std::size_t>(model);
        const bool known = index < models.size() && models[index].count() > 0;
        return (known ? models[index] : fallback).count();
    }

    /// The models that a request accepts and that have as much memory as it asks for, as far as that is known.
    [[nodiscard]] model_set large_enough(const request& request) const noexcept {
        std::uint64_t bits = request.models.bits();
        for (std::size_t m = 0; m < models.size() && m < max_models; ++m)
            if (models[m].count() > 0 && models[m] < request.share.memory()) bits &= ~(std::uint64_t{1} << m);
        return model_set::from_bits(bits);
    }

    /// The part of a GPU that a request takes of each, on average over the models that it accepts, at most a whole one.
    [[nodiscard]] std::int64_t part_of(const request& request) const noexcept {
        std::int64_t memory = 0;
        std::int64_t count = 0;
        for (std::size_t m = 0; m < models.size(); ++m) {
            if (!request.models.contains(model_id{static_cast<std::uint8_t>(m)})) continue;
            memory += of_model(static_cast<int>(m));
            ++count;
        }
        memory = count == 0 ? fallback.count() : memory / count;
        const std::int64_t mib = request.share.memory_of(static_cast<std::int32_t>(memory));
        const std::int64_t part = std::max(request.share.compute().count(), mib * whole_gpu.count() / memory);
        return std::min(part, whole_gpu.count());
    }

    friend bool operator==(const gpu_memories&, const gpu_memories&) = default;
};

/// Owns what an opportunity_value_view points to. Made once from the expected tasks; copies share it.
///
/// - Cost: offers * levels * distinct tasks * 8 steps for each group of models, an eighth of it where no task asks for
///   CPU; some 4 ms for the tasks of openb.
class opportunity_value_table {
  public:
    /// @param expected a mix whose counts sum to at most 2^20
    /// @param offers tasks that are offered to a node before the outlook ends
    /// @param memories of the GPUs, to turn memory that tasks ask for into a part of them
    explicit opportunity_value_table(const task_mix& expected, int offers = 240, const gpu_memories& memories = {}) {
        GPUPACK_EXPECTS(expected.total() <= std::int64_t{1} << 20, "at most 2^20 expected tasks");
        GPUPACK_EXPECTS(offers >= 1 && memories.fallback.count() >= 1, "an offer and a MiB at least");
        tables built;
        for (const task_mix::entry& each : expected.entries())
            if (each.request.gpus > 0) built.count(each);
        built.group_models(memories);
        built.set_prices();
        for (std::size_t g = 0; g < built.groups.size(); ++g) built.append(g, offers);
        tables_ = std::make_shared<const tables>(std::move(built));
    }

    /// Valid while the table, or a copy of it, is.
    [[nodiscard]] opportunity_value_view view() const noexcept {
        opportunity_value_view view;
        view.use = tables_->use.data();
        view.level_of = tables_->level_of.data();
        view.price = tables_->price.data();
        view.group_of = tables_->group_of.data();
        view.first_row = tables_->first_row.data();
        view.levels = tables_->levels.data();
        view.groups = static_cast<std::int32_t>(tables_->groups.size());
        view.rows = tables_->first_row.back();
        view.by_memory = tables_->by_memory;
        return view;
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
    static constexpr std::size_t parts = opportunity_value_view::parts;

    /// Expected tasks, alike in what they take of one GPU and of the CPU for it.
    struct offer {
        std::int64_t compute = 0; // milli-GPUs
        share memory{slice{}};    // of which the memory counts
        std::int64_t cpu = 0;     // milli-cores
        std::uint64_t models = 0;
        std::int64_t count = 0; // a task of several GPUs counts for each

        /// Of a GPU with so much memory, in milli-GPUs: its compute or its memory, whichever is the larger part.
        [[nodiscard]] std::int64_t part_of(std::int64_t gpu_memory) const noexcept {
            const std::int64_t mib = memory.memory_of(static_cast<std::int32_t>(gpu_memory));
            return std::max(compute,
                            std::min(whole_gpu.count(), (mib * whole_gpu.count() + gpu_memory - 1) / gpu_memory));
        }
        [[nodiscard]] bool is_alike(const offer& other) const noexcept {
            return compute == other.compute && memory == other.memory && cpu == other.cpu && models == other.models;
        }
    };
    /// What an offer is on the GPUs of a group of models.
    struct placed_offer {
        std::int64_t part = 0; // milli-GPUs, above 0
        std::int64_t cpu = 0;  // milli-cores
        std::int64_t count = 0;
    };
    /// Models that serve the same offers with the same parts of themselves.
    struct model_group {
        std::uint64_t model = 0; // one of them, as a set
        std::int64_t memory = 0; // MiB; 0 where no offer asks for any
    };
    using uses = std::array<std::int32_t, prices>;

    struct tables {
        std::vector<offer> offers;
        std::int64_t total = 1; // more than the sum of counts, so that no offer is certain
        std::vector<std::uint16_t> level_of;
        std::array<std::int64_t, prices> of_cpu{}; // what a milli-core costs at each price
        std::vector<std::int64_t> price;
        std::vector<model_group> groups;
        std::vector<std::uint8_t> group_of;
        std::vector<std::int32_t> first_row{0};
        std::vector<std::int32_t> levels;
        std::vector<std::int32_t> use;
        bool by_memory = false;

        void count(const task_mix::entry& each) {
            const request& request = each.request;
            offer added{.compute = request.share.compute().count(),
                        .cpu = request.cpu.count() / request.gpus,
                        .models = request.models.bits(),
                        .count = each.count * request.gpus};
            if (request.share.way() != sharing::exclusive) {
                added.memory = slice{.memory = request.share.memory(),
                                     .compute = milli_gpu{0},
                                     .memory_percent = 0,
                                     .memory_millionths = request.share.memory_part(),
                                     .rule = request.share.rule()};
            }
            const bool asks_memory = added.memory.memory().count() > 0 || added.memory.memory_part() > 0;
            if (added.compute == 0 && !asks_memory) return;
            by_memory = by_memory || asks_memory;
            total += added.count;
            const auto known =
                std::find_if(offers.begin(), offers.end(), [&](const offer& other) { return other.is_alike(added); });
            if (known == offers.end())
                offers.push_back(added);
            else
                known->count += added.count;
        }

        /// Models that serve the same offers, and have the same memory where offers ask for some, are one group.
        void group_models(const gpu_memories& memories) {
            for (int m = 0; m < max_models; ++m) {
                const model_group added{std::uint64_t{1} << m, by_memory ? memories.of_model(m) : 0};
                std::size_t group = 0;
                while (group < groups.size() && !serve_alike(groups[group], added)) ++group;
                if (group == groups.size()) groups.push_back(added);
                group_of.push_back(static_cast<std::uint8_t>(group));
            }
        }

        [[nodiscard]] bool serve_alike(const model_group& a, const model_group& b) const noexcept {
            if (a.memory != b.memory) return false;
            for (const offer& each : offers)
                if (((each.models & a.model) == 0) != ((each.models & b.model) == 0)) return false;
            return true;
        }

        /// Prices from nothing up to twice what the tasks' parts of GPUs are worth in their CPU, each 20/11 of the one
        /// before. Of a task that asks for memory its part is that of the group with most memory.
        void set_prices() {
            constexpr std::int64_t fortieths[outlooks] = {7, 14, 28, 56, 112};
            std::int64_t memory = 1;
            for (const model_group& each : groups) memory = std::max(memory, each.memory);
            std::int64_t parts_of_all = 0;
            std::int64_t cpu = 0;
            for (const offer& each : offers) {
                parts_of_all += each.part_of(memory) * each.count;
                cpu += each.cpu * each.count;
            }
            std::int64_t highest = cpu == 0 ? 0 : 2 * unit * parts_of_all / cpu;
            for (std::size_t p = prices - 1; p > 0; --p, highest = highest * 11 / 20) of_cpu[p] = highest;
            for (const std::int64_t part : fortieths)
                for (const std::int64_t each : of_cpu) price.push_back(each * part / 40);
        }

        /// Appends the rows of a group of models, a table a GPU count.
        void append(std::size_t group, int most_offers) {
            std::vector<placed_offer> placed;
            for (const offer& each : offers)
                if ((each.models & groups[group].model) != 0)
                    placed.push_back(
                        {each.part_of(std::max<std::int64_t>(groups[group].memory, 1)), each.cpu, each.count});
            const std::vector<std::int64_t> level = find_levels(placed);
            std::vector<uses> now(level.size(), uses{});
            std::vector<uses> by_count[opportunity_value_view::gpu_counts];
            for (int t = 1; t <= most_offers; ++t) {
                now = after_one_more(now, placed, level, level_of.data() + group * parts);
                for (int n = 0; n < opportunity_value_view::gpu_counts; ++n)
                    if (t == std::max(1, most_offers >> n)) by_count[n] = now;
            }
            for (const auto& table : by_count)
                for (const uses& each : table)
                    for (const std::int32_t part : each) use.push_back(part);
            levels.push_back(static_cast<std::int32_t>(level.size()));
            first_row.push_back(first_row.back() + levels.back() * opportunity_value_view::gpu_counts);
        }

        /// Finds every sum of offers up to a whole GPU; a free part that is no such sum serves what the next lower
        /// one does.
        ///
        /// @return the sums, ascending
        [[nodiscard]] std::vector<std::int64_t> find_levels(const std::vector<placed_offer>& placed) {
            bool is_sum[parts] = {};
            std::vector<std::int64_t> level;
            is_sum[0] = true;
            for (std::size_t r = 0; r < parts; ++r) {
                for (const placed_offer& each : placed)
                    if (each.part <= static_cast<std::int64_t>(r) && is_sum[r - static_cast<std::size_t>(each.part)])
                        is_sum[r] = true;
                if (is_sum[r]) level.push_back(static_cast<std::int64_t>(r));
                level_of.push_back(static_cast<std::uint16_t>(level.size() - 1));
            }
            return level;
        }

        [[nodiscard]] std::vector<uses> after_one_more(const std::vector<uses>& before,
                                                       const std::vector<placed_offer>& placed,
                                                       const std::vector<std::int64_t>& level,
                                                       const std::uint16_t* level_at) const {
            const std::size_t priced = of_cpu[prices - 1] == 0 ? 1 : prices; // without CPU all prices are alike
            std::vector<uses> after = before;
            for (std::size_t l = 0; l < level.size(); ++l) {
                std::int64_t gained[prices] = {};
                for (const placed_offer& each : placed) {
                    if (each.part > level[l]) continue;
                    const uses& rest = before[level_at[level[l] - each.part]];
                    for (std::size_t p = 0; p < priced; ++p) {
                        const std::int64_t worth = each.part * unit - of_cpu[p] * each.cpu;
                        const std::int64_t gain = worth + rest[p] - before[l][p];
                        gained[p] += gain > 0 ? gain * each.count : 0;
                    }
                }
                for (std::size_t p = 0; p < prices; ++p)
                    after[l][p] += static_cast<std::int32_t>(gained[p < priced ? p : 0] / total);
            }
            return after;
        }
    };

    std::shared_ptr<const tables> tables_;
};

} // namespace gpupack::policy
