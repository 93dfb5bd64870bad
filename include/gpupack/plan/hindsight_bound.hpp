// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>
#include <gpupack/plan/detail/price_proof.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// The most compute that any policy could have allocated on these arrivals: one that knew them all beforehand, and
/// dropped whichever tasks it liked. No order of arrival and no policy allocates more.
///
/// A Lagrangian dual of packing whole nodes. At prices l_c >= 0 of a task of class c, of which n_c arrived,
///   bound = sum over classes of n_c l_c + sum over nodes of (the most that a packing of the node is worth),
/// where a packing is worth its compute less the prices of its tasks. Any placement of the arrivals is a packing of each
/// node that together hold at most n_c of each class; its compute is the worth of its packings plus the prices of its
/// tasks, which is no more than the bound. So prices found in any way prove one. They are found by column generation in
/// floating point, and the proof is evaluated in integers.
///
/// What a packing must keep to: models, labels and setup of a single task on an empty node; the compute of each GPU,
/// slice by slice; whole GPUs; and the node's CPU and memory, each in turn while the other is paid for at a price.
/// What it need not: GPU memory, sharers, MIG placements, GPUs by id, NUMA, that the GPUs of one task differ, and on nodes
/// of several models which GPU is which.
///
/// Cost: 0.05 to 0.16 s on openb. It grows with the numbers of classes and of node types, of which no more than 384 and
/// 128 are told apart; the proof beside it takes as long as some rounds of the search.
/// Source: Gilmore and Gomory 1961, Geoffrion 1974 (docs/sources.md#gilmore61, docs/sources.md#geoffrion74).
///
/// @param cluster     what is placed on it does not matter
/// @param arrived     every task that came, whether it was placed or not; those without GPUs do not count
/// @param operations  multiplications that the search for prices may take; the default is about a second. Fewer give a
///                    bound that is valid and less tight
/// @return            compute that the placed tasks ask for, in milli-GPUs
[[nodiscard]] inline milli_gpu hindsight_bound(const cluster& cluster, const task_mix& arrived,
                                               std::size_t operations = 1'000'000'000) {
    const detail::packing_model model = detail::model_of(cluster, arrived);
    std::int64_t requested = 0;
    for (const detail::packed_class& each : model.classes) requested += each.value() * each.count;
    std::int64_t least = std::min<std::int64_t>(cluster.compute().count(), requested);
    if (least == 0) return milli_gpu{0};
    detail::price_proof proof{model};
    const detail::packing_prices free{.task = std::vector<std::int64_t>(model.classes.size()),
                                      .cpu = std::vector<std::int64_t>(model.types.size()),
                                      .memory = std::vector<std::int64_t>(model.types.size())};
    least = std::min(least, proof.bound(free));
    least = std::min(least, proof.bound(detail::price_search{model}.find(operations)));
    return milli_gpu{least};
}

} // namespace gpupack::plan
