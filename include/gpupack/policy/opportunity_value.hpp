// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How much of a node's free compute later tasks are expected to use: what it is worth to leave a node in a state.
///
/// A GPU with r milli-GPUs free is offered tasks one after another, drawn from the mix, and takes each or lets it go,
/// whichever serves it better; a task that is let go finds another GPU. CPU is bought at a price p a milli-core, so
/// that GPUs of one node do not promise the same cores twice. With d, c and q a task's compute, CPU and probability,
///   u(0, p, r) = 0
///   u(t, p, r) = u(t-1, p, r) + sum over tasks with d <= r of q * max(0, d - p c + u(t-1, p, r-d) - u(t-1, p, r))
///   use(node)  = mean over outlooks f of min over prices p of (p * f * free CPU + sum over GPUs of u(T, p, free))
/// For each f the minimum bounds what the node's CPU and GPUs allow together (Lagrange's relaxation of the CPU). The
/// outlooks, from a sixth to almost three times the CPU, stand for what nobody knows: how hungry for CPU those will be that
/// come. A node of n GPUs shares the offers: T = offers / n, n rounded up to a power of two.
/// Never falls where more is free: each u rises with r, each minimum with r and with CPU. The order of GPUs and the
/// number of the node do not matter.
///
/// - Units: 2^-15 milli-GPUs, times the number of outlooks.
/// - Cost: 8 additions a GPU, and 40 multiplications a state.
struct opportunity_value_view {
    static constexpr int prices = 8;   ///< Prices of a milli-core.
    static constexpr int outlooks = 5; ///< CPU scenarios.
    /// Numbers of offers that are told apart.
    static constexpr int gpu_counts = 6;        // 1, 2, 3 to 4, 5 to 8, 9 to 16, 17 to 32
    static constexpr int parts = 1001;          ///< Free parts of a GPU, from 0 to a whole one.
    static constexpr std::int64_t unit = 32768; ///< Values are in parts of a milli-GPU: 2^15.

    /// [rows, prices] u(T, p, r); for each group of models, for each of the GPU counts, a row a level.
    const std::int32_t* use = nullptr;
    /// [groups, 1001] the level of r: the greatest sum of tasks' parts of such a GPU up to r.
    const std::uint16_t* level_of = nullptr;
    const std::int64_t* price = nullptr; ///< [outlooks, prices] f * p.
    /// [max_models] models that serve the same tasks with the same parts of themselves are one group.
    const std::uint8_t* group_of = nullptr;
    const std::int32_t* first_row = nullptr; ///< [groups + 1] where the rows of a group begin.
    const std::int32_t* levels = nullptr;    ///< [groups] free parts that are told apart.
    std::int32_t groups = 0;                 ///< Groups of models.
    std::int32_t rows = 0;                   ///< Of all groups.
    bool by_memory = false;                  ///< Whether any task asks for GPU memory.

    /// Calls visit(pointer, count) for each table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(use, static_cast<std::size_t>(rows) * prices);
        visit(level_of, static_cast<std::size_t>(groups) * parts);
        visit(price, std::size_t{outlooks} * prices);
        visit(group_of, std::size_t{max_models});
        visit(first_row, static_cast<std::size_t>(groups) + 1);
        visit(levels, static_cast<std::size_t>(groups));
    }

    /// The use of a node's GPUs at each price, without its CPU.
    struct sums {
        std::int32_t at[prices] = {}; ///< [prices] the sum over the GPUs of the node.

        /// Replaces what one GPU adds.
        GPUPACK_HD constexpr void replace(const std::int32_t* before, const std::int32_t* after) noexcept {
            for (int p = 0; p < prices; ++p) at[p] += after[p] - before[p];
        }
    };

    /// What counts as free on a GPU, in milli-GPUs: its compute, or its memory where less of that is free; 0 where it
    /// takes nothing more.
    [[nodiscard]] GPUPACK_HD constexpr int free_part(const gpu_state& gpu,
                                                     const gpu_capacity& capacity) const noexcept {
        if (gpu.closed || (!in_profiles(gpu.way) && !takes_slices(gpu))) return 0;
        std::int64_t free = gpu.compute_free;
        if (by_memory && capacity.memory > 0) {
            const std::int64_t part = std::int64_t{gpu.memory_free} * whole_gpu.count() / capacity.memory;
            if (part < free) free = part;
        }
        return static_cast<int>(free < 0 ? 0 : free > whole_gpu.count() ? whole_gpu.count() : free);
    }

    /// Where the use of a GPU of that model and state stands, [prices]; gpus: of its node.
    [[nodiscard]] GPUPACK_HD constexpr const std::int32_t* row(int gpus, model_id model, const gpu_state& gpu,
                                                               const gpu_capacity& capacity) const noexcept {
        int count = 0;
        while ((1 << count) < gpus) ++count;
        const std::int32_t group = group_of[model.number()];
        const std::int64_t level = level_of[group * parts + free_part(gpu, capacity)];
        return use + (std::int64_t{first_row[group]} + count * levels[group] + level) * prices;
    }

    /// The sums of a node as it is.
    [[nodiscard]] GPUPACK_HD constexpr sums sum_up(const node_view& node) const noexcept {
        sums all;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const std::int32_t* const gpu = row(node.gpu_count(), node.gpu_model(i), node.gpu(i), node.capacity(i));
            for (int p = 0; p < prices; ++p) all.at[p] += gpu[p];
        }
        return all;
    }

    /// The use of a node whose GPUs sum up to that and which has so much CPU free.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t of(const sums& gpus, milli_cpu cpu) const noexcept {
        std::int64_t use_of_all = 0;
        for (int f = 0; f < outlooks; ++f) {
            std::int64_t least = price[f * prices] * cpu.count() + gpus.at[0];
            for (int p = 1; p < prices; ++p) {
                const std::int64_t bound = price[f * prices + p] * cpu.count() + gpus.at[p];
                least = bound < least ? bound : least;
            }
            use_of_all += least;
        }
        return use_of_all;
    }
    /// The use of a node as it is.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t of(const node_view& node) const noexcept {
        return of(sum_up(node), node.cpu_free());
    }
};

} // namespace gpupack::policy
