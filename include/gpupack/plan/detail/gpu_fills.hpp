// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/slot_graph.hpp>
#include <gpupack/plan/detail/step_axis.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The ways to fill a GPU of some kind with parts of itself.
///
/// What a GPU serves is the larger of two sums, of the compute and of the memory of its tasks. Less the prices of the tasks
/// that is the larger of two worths, in one of which each task counts for its compute and in the other for its memory: a
/// packed_fill for each. Where tasks have sizes of their own, they count for those, in one packed_fill. What tasks take,
/// compute and memory, they take in either.
class gpu_fills {
  public:
    /// @param model    whose classes, step and scale are known; must outlive this
    /// @param gpu      the kind; must outlive this
    /// @param fitting  indices of the classes that the node may have
    gpu_fills(const packing_model& model, const gpu_capacity& gpu, const std::vector<std::size_t>& fitting)
        : model_{model}, gpu_{gpu}, fitting_{fitting} {}

    /// Whether the GPU can have a part of itself taken by a class, when it is idle.
    [[nodiscard]] bool takes(const packed_class& each) const noexcept {
        const share& share = each.request.share;
        const sharing way = share.way();
        if (each.whole() || (gpu_.only != sharing::idle && gpu_.only != way)) return false;
        if (in_profiles(way)) return gpu_.table(way) != nullptr && gpu_.table(way)->among(share.profiles()) != 0;
        const bool unknown = share.memory_part() > 0 && gpu_.memory == 0;
        return !unknown && share.compute().count() <= gpu_.compute && memory_of(share) <= gpu_.memory;
    }

    /// The ways in which something counts.
    [[nodiscard]] std::vector<packed_fill> all() const {
        std::vector<packed_fill> fills;
        for (const measure basis : {measure::compute, measure::memory, measure::size}) {
            if (auto slices = slices_by(basis); !slices.items.empty()) fills.push_back(std::move(slices));
            for (const sharing way : {sharing::mig, sharing::vgpu})
                if (auto instances = instances_by(basis, way); !instances.items.empty())
                    fills.push_back(std::move(instances));
        }
        return fills;
    }

    /// What a task of a class that the GPU takes counts for at most, in units of the model's scale.
    [[nodiscard]] std::int64_t value_of(const packed_class& each) const {
        if (each.size) return *each.size * model_.scale;
        const share& share = each.request.share;
        if (share.is_split())
            return each.gpus * share.compute().count() * model_.scale +
                   memory_value(std::min(share.total_memory().count(), each.gpus * gpu_.memory));
        if (!in_profiles(share.way()))
            return each.gpus * std::max(share.compute().count() * model_.scale, memory_value(memory_of(share)));
        std::int64_t most = 0;
        for_each_profile(each, [&](int profile) {
            for (const measure basis : {measure::compute, measure::memory})
                most = std::max(most, instance_value(each, profile, basis));
        });
        return each.gpus * most;
    }

  private:
    enum class measure { compute, memory, size };

    /// What a class takes of one GPU and counts for there.
    struct piece {
        packed_item item;
        std::int64_t compute = 0;
        std::int64_t memory = 0;
        bool divided =
            false; ///< item and memory stand for one MiB's part of `memory` in all, and may be any number of them
    };

    static constexpr std::int64_t most_steps = 4096;         // along one axis
    static constexpr std::int64_t most_rows = 63;            // where there are two
    static constexpr std::int64_t most_operations = 200'000; // for a fill with two

    [[nodiscard]] static std::int64_t quotient_up(std::int64_t number, std::int64_t divisor) noexcept {
        return (number + divisor - 1) / divisor;
    }
    /// number * factor / divisor, rounded up; the factor times the divisor must not overflow.
    [[nodiscard]] static std::int64_t product_up(std::int64_t number, std::int64_t factor,
                                                 std::int64_t divisor) noexcept {
        return number / divisor * factor + quotient_up(number % divisor * factor, divisor);
    }

    /// MiB that a slice takes at least: under any rule, parts are rounded down, and one rounds what it has rounded.
    [[nodiscard]] std::int64_t memory_of(const share& share) const noexcept {
        share_rule twice = share.rule();
        twice.double_rounding = true;
        return std::min(share.memory_of(gpu_.memory), share.with(twice).memory_of(gpu_.memory));
    }
    /// What MiB of the GPU count for, rounded up.
    [[nodiscard]] std::int64_t memory_value(std::int64_t memory) const noexcept {
        return gpu_.memory == 0 ? 0 : product_up(memory * gpu_.compute, model_.scale, gpu_.memory);
    }

    [[nodiscard]] piece piece_of(std::size_t c, measure basis) const {
        const packed_class& each = model_.classes[c];
        const share& share = each.request.share;
        piece result{{.number = c, .part = 1, .parts = each.gpus}, share.compute().count(), memory_of(share)};
        if (basis == measure::size)
            result.item.value = each.size ? quotient_up(*each.size * model_.scale, each.gpus) : 0;
        if (basis != measure::size && each.size) return result; // counts for nothing
        if (basis == measure::compute) result.item.value = result.compute * model_.scale;
        if (basis == measure::memory) result.item.value = memory_value(share.memory_of(gpu_.memory));
        if (share.is_split()) split(result, each, basis);
        return result;
    }

    /// Of a split slice each piece is the part of the task that its memory is of the task's. By compute it is least where its
    /// memory is; else any part counts for as much as its memory.
    void split(piece& result, const packed_class& each, measure basis) const {
        result.item.parts = each.request.share.total_memory().count();
        result.item.part = result.memory;
        if (basis == measure::compute) return;
        result.divided = true;
        result.compute = 0;
        result.memory = result.item.parts;
        result.item.part = result.item.parts;
        result.item.value = basis == measure::size ? each.size.value_or(0) * model_.scale : memory_value(result.memory);
    }

    [[nodiscard]] packed_fill slices_by(measure basis) const {
        std::vector<piece> pieces;
        for (const std::size_t c : fitting_) {
            const packed_class& each = model_.classes[c];
            if (each.request.share.way() != sharing::slices || !takes(each)) continue;
            if (const piece result = piece_of(c, basis); result.item.value > 0) pieces.push_back(result);
        }
        packed_fill fill;
        if (pieces.empty()) return fill;
        const auto [compute, memory] = axes_of(pieces);
        fill.rows = memory.steps() == 0 ? 0 : compute.steps();
        fill.columns = memory.steps() == 0 ? compute.steps() : memory.steps();
        for (const piece& each : pieces) {
            const bool free = takes_nothing(each);
            fill.items.push_back(free ? all_of_class(each.item) : in_steps(each, compute, memory));
            fill.columns += free ? 1 : 0;
        }
        std::sort(fill.items.begin(), fill.items.end(), [](const packed_item& a, const packed_item& b) {
            return std::tuple{a.rows, a.columns, a.number} < std::tuple{b.rows, b.columns, b.number};
        });
        return fill;
    }

    /// The axes along which some piece takes something. Where both matter there are fewer steps the more pieces there are.
    [[nodiscard]] std::pair<step_axis, step_axis> axes_of(const std::vector<piece>& pieces) const {
        bool compute = false;
        bool memory = false;
        bool divided = false;
        std::int64_t common = 0;
        for (const piece& each : pieces) {
            compute = compute || each.compute > 0;
            memory = memory || each.memory > 0;
            divided = divided || each.divided;
            if (!each.divided) common = std::gcd(common, each.memory);
        }
        if (!memory) return {step_axis::over(gpu_.compute, model_.step, gpu_.compute, false), {}};
        if (!compute) return {{}, step_axis::over(gpu_.memory, common, most_steps, divided)};
        const step_axis rows = step_axis::over(gpu_.compute, model_.step, most_rows, false);
        const auto states =
            std::clamp<std::int64_t>(most_operations / static_cast<std::int64_t>(pieces.size()), 1024, most_steps);
        return {rows, step_axis::over(gpu_.memory, common, states / (rows.steps() + 1), divided)};
    }

    /// Whether the GPU may have any number of a piece: what it asks of memory comes to less than 1 MiB, and nothing else.
    [[nodiscard]] bool takes_nothing(const piece& each) const noexcept {
        return each.compute == 0 && (each.memory == 0 || gpu_.memory == 0);
    }

    /// The pieces of all tasks of a class that take nothing, as one that fills a step more than there are.
    [[nodiscard]] packed_item all_of_class(packed_item item) const {
        const std::int64_t count = model_.classes[item.number].count;
        item.columns = 1;
        item.value *= count;
        item.part *= count;
        item.divided = true;
        return item;
    }

    /// A piece in steps. What is divided, or takes less than a step of either, fills a step of that of which it takes more.
    [[nodiscard]] packed_item in_steps(const piece& each, const step_axis& compute, const step_axis& memory) const {
        packed_item item = each.item;
        item.rows = compute.size_of(each.compute);
        item.columns = memory.size_of(each.memory);
        if (memory.steps() == 0) std::swap(item.rows, item.columns);
        if (!each.divided && item.rows + item.columns > 0) return item;
        const bool by_memory = memory.steps() > 0 && each.memory * gpu_.compute >= each.compute * gpu_.memory;
        const std::int64_t amount = by_memory ? each.memory : each.compute;
        const std::int64_t step = by_memory ? memory.step() : compute.step();
        item.rows = by_memory || memory.steps() == 0 ? 0 : 1;
        item.columns = 1 - item.rows;
        item.value = product_up(item.value, step, amount);
        item.divided = true;
        item.part = each.divided ? step : item.part * step;
        item.parts = each.divided ? item.parts : item.parts * amount;
        for (; item.parts > max_amount || item.part > max_amount; item.parts = item.parts / 2 + 1)
            item.part /= 2; // rounded down
        return item;
    }

    /// Calls visit(profile) for each that will do and has a slot.
    template <class Visit> void for_each_profile(const packed_class& each, Visit&& visit) const {
        const partition_table& table = *gpu_.table(each.request.share.way());
        const std::uint32_t among = table.among(each.request.share.profiles());
        for (int profile = 0; profile < table.profile_count; ++profile)
            if ((among >> profile & 1) != 0 && table.profiles[profile].slot_count > 0) visit(profile);
    }

    /// What an instance counts for on one GPU.
    [[nodiscard]] std::int64_t instance_value(const packed_class& each, int profile, measure basis) const {
        if ((basis == measure::size) != each.size.has_value()) return 0;
        if (basis == measure::size) return quotient_up(*each.size * model_.scale, each.gpus);
        const share& share = each.request.share;
        const gpu_state idle = idle_gpu(gpu_);
        const gpu_state taken =
            after_taking(idle, share, gpu_, 1, gpu_.table(share.way())->profiles[profile].first_slot);
        return basis == measure::compute ? (idle.compute_free - taken.compute_free) * model_.scale
                                         : memory_value(std::int64_t{idle.memory_free} - taken.memory_free);
    }

    [[nodiscard]] packed_fill instances_by(measure basis, sharing way) const {
        packed_fill fill;
        std::vector<int> profiles; // by group
        for (const std::size_t c : fitting_) {
            const packed_class& each = model_.classes[c];
            if (each.request.share.way() != way || !takes(each)) continue;
            for_each_profile(each, [&](int profile) {
                const std::int64_t value = instance_value(each, profile, basis);
                if (value == 0) return;
                const auto known = std::find(profiles.begin(), profiles.end(), profile);
                const auto group = known - profiles.begin();
                if (known == profiles.end()) profiles.push_back(profile);
                fill.items.push_back({.number = c, .rows = group, .value = value, .part = 1, .parts = each.gpus});
            });
        }
        if (fill.items.empty()) return fill;
        const partition_table& table = *gpu_.table(way);
        if (auto slots = slot_graph::of_table(table, profiles))
            fill.slots = *std::move(slots);
        else
            relax_slots(fill, table, profiles);
        std::stable_sort(fill.items.begin(), fill.items.end(), [](const packed_item& a, const packed_item& b) {
            return std::tuple{a.rows, a.columns} < std::tuple{b.rows, b.columns};
        });
        return fill;
    }

    /// Too many states: instances take units of the GPU's memory, wherever those are.
    static void relax_slots(packed_fill& fill, const partition_table& table, const std::vector<int>& profiles) {
        fill.columns = table.units;
        for (packed_item& each : fill.items) {
            each.columns = table.profiles[profiles[static_cast<std::size_t>(each.rows)]].units;
            each.rows = 0;
        }
    }

    const packing_model& model_;
    const gpu_capacity& gpu_;
    const std::vector<std::size_t>& fitting_;
};

} // namespace gpupack::plan::detail
