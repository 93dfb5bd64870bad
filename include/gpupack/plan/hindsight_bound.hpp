// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/detail/model_of.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>
#include <gpupack/plan/detail/price_proof.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

namespace detail {

/// The least that free tasks, the best prices found and a limit prove, and all tasks that fit somewhere.
[[nodiscard]] inline std::int64_t bound_of(const packing_model& model, std::int64_t limit, std::size_t operations) {
    std::int64_t asked = 0;
    for (const packed_class& each : model.classes) asked += each.value * each.count;
    std::int64_t least = std::min(limit, asked / model.scale); // what counts is an integer, so the remainder is nothing
    if (least == 0) return 0;
    price_proof proof{model};
    const packing_prices free{.task = std::vector<std::int64_t>(model.classes.size()),
                              .cpu = std::vector<std::int64_t>(model.types.size()),
                              .memory = std::vector<std::int64_t>(model.types.size())};
    least = std::min(least, proof.bound(free));
    return std::min(least, proof.bound(price_search{model}.find(operations)));
}

} // namespace detail

/// The most of its GPUs that any policy could have had in use on these arrivals: one that knew them all beforehand, and
/// dropped whichever tasks it liked. No order of arrival and no policy has more. Of each GPU counts what replay's
/// served_compute counts: its compute or its memory, whichever is used more.
///
/// A Lagrangian dual of packing whole nodes. At prices l_c >= 0 of a task of class c, of which n_c arrived,
///   bound = sum over classes of n_c l_c + sum over nodes of (the most that a packing of the node is worth),
/// where a packing is worth what is in use less the prices of its tasks. Any placement of the arrivals is a packing of each
/// node that together hold at most n_c of each class; what is in use is the worth of its packings plus the prices of its
/// tasks, which is no more than the bound. So prices found in any way prove one. They are found by column generation in
/// floating point, and the proof is evaluated in integers.
///
/// What a packing must keep to: models, labels and setup of a single task on an empty node; the compute and the memory of
/// each GPU, slice by slice; MIG placements, vGPU sizes and their places; one way of sharing a GPU at a time; whole GPUs;
/// and the node's CPU and memory, each in turn while the other is paid for at a price.
/// What it need not: sharers, GPUs by id, NUMA, that the GPUs of one task differ, on nodes of several models or setups which
/// GPU is which, and that memory split over several GPUs comes with compute from each. What is asked of GPU memory is
/// rounded down to a 4,096th of it, and beside compute to a 15th or less, where it has no large common divisor.
/// A scheduler may round slices up to whole GPUs. One that books MIG instances in whole percent (share_rule::books_profile,
/// where the requests do not say so themselves) may show a little more.
///
/// Cost: 0.05 to 0.16 s on openb. It grows with the numbers of classes and of node types, of which no more than 384 and
/// 128 are told apart; the proof beside it takes as long as some rounds of the search.
/// Source: Gilmore and Gomory 1961, Geoffrion 1974 (docs/sources.md#gilmore61, docs/sources.md#geoffrion74).
///
/// @param cluster     what is placed on it does not matter
/// @param arrived     every task that came, whether it was placed or not; those without GPUs do not count
/// @param operations  multiplications that the search for prices may take; the default is about a second. Fewer give a
///                    bound that is valid and less tight
/// @return            milli-GPUs
[[nodiscard]] inline milli_gpu hindsight_bound(const cluster& cluster, const task_mix& arrived,
                                               std::size_t operations = 1'000'000'000) {
    return milli_gpu{detail::bound_of(detail::model_of(cluster, arrived), cluster.compute().count(), operations)};
}

/// The most that any policy could have placed of these arrivals, each task counted by a size of its own: the same bound.
///
/// @param cluster     what is placed on it does not matter
/// @param arrived     every task that came
/// @param sizes       [entries of arrived] of one task, 0 or more, in any unit
/// @param operations  as for hindsight_bound
/// @return            in the unit of the sizes
[[nodiscard]] inline std::int64_t hindsight_size_bound(const cluster& cluster, const task_mix& arrived,
                                                       const std::vector<std::int64_t>& sizes,
                                                       std::size_t operations = 1'000'000'000) {
    constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();
    return detail::bound_of(detail::model_of(cluster, arrived, sizes), no_limit, operations);
}

} // namespace gpupack::plan
