// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/detail/node_grid.hpp>
#include <gpupack/plan/detail/node_knapsack.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

namespace detail {

/// What prices prove: the income of all tasks that arrived at their prices, and what the nodes are worth at most to who
/// has to pay them, in milli-GPUs.
class price_proof {
  public:
    explicit price_proof(const packing_model& of) : of_{of}, knapsack_{of}, grid_{of}, worth_(of.shapes.size()) {}

    [[nodiscard]] std::int64_t bound(const packing_prices& at) {
        std::int64_t sum = 0;
        for (std::size_t s = 0; s < of_.shapes.size(); ++s) sum += at.shape[s] * of_.shapes[s].count;
        for (std::size_t k = 0; k < of_.types.size(); ++k) sum += of_.types[k].nodes * node_worth(k, at);
        return sum / price_scale; // compute is whole, so what is over is nothing
    }

  private:
    /// The least of three bounds on a node's worth: with both host resources paid for; with CPU counted and memory paid
    /// for; with memory counted and CPU paid for.
    [[nodiscard]] std::int64_t node_worth(std::size_t k, const packing_prices& at) {
        const packed_kind& type = of_.types[k];
        const std::int64_t cpu = at.cpu[k];
        const std::int64_t memory = at.memory[k];
        price_pieces(type, at, cpu, memory);
        const std::int64_t paid = knapsack_.solve(type, worth_) + cpu * type.cpu + memory * type.memory;
        if (cpu == 0 && memory == 0 && last_fits(type)) return paid; // and so is exact
        price_pieces(type, at, 0, memory);
        const std::int64_t by_cpu =
            grid_.solve(type, &packed_shape::cpu, &packed_kind::cpu, worth_) + memory * type.memory;
        price_pieces(type, at, cpu, 0);
        const std::int64_t by_memory =
            grid_.solve(type, &packed_shape::memory, &packed_kind::memory, worth_) + cpu * type.cpu;
        return std::min({paid, by_cpu, by_memory});
    }

    /// What is left of a piece's compute after its prices; rounded up, so that the pieces of a task are together worth
    /// no less than the task.
    void price_pieces(const packed_kind& type, const packing_prices& at, std::int64_t cpu, std::int64_t memory) {
        for (const std::size_t s : type.fitting) {
            const packed_shape& shape = of_.shapes[s];
            const std::int64_t left =
                shape.value() * price_scale - at.shape[s] - cpu * shape.cpu - memory * shape.memory;
            worth_[s] = left <= 0 ? 0 : (left + shape.pieces() - 1) / shape.pieces();
        }
    }

    [[nodiscard]] bool last_fits(const packed_kind& type) const {
        std::int64_t cpu = 0;
        std::int64_t memory = 0;
        knapsack_.for_each_piece([&](std::size_t s) {
            cpu += of_.shapes[s].cpu; // of the whole task for each piece: no less than they take
            memory += of_.shapes[s].memory;
        });
        return cpu <= type.cpu && memory <= type.memory;
    }

    const packing_model& of_;
    node_knapsack<std::int64_t> knapsack_;
    node_grid grid_;
    std::vector<std::int64_t> worth_; // [shapes]
};

} // namespace detail

/// The most compute that any policy could have allocated on these arrivals: one that knew them all beforehand, and
/// dropped whichever tasks it liked. No order of arrival and no policy allocates more.
///
/// A Lagrangian dual of packing whole nodes. At prices l_s >= 0 of a task of shape s, with n_s of them arrived,
///   bound = sum over shapes of n_s l_s + sum over nodes of (the most that a packing of the node is worth),
/// where a packing is worth its compute less the prices of its tasks. Any placement of the arrivals is a packing a node
/// that together hold at most n_s of each shape; its compute is the worth of its packings plus the prices of its tasks,
/// which is no more than the bound. So prices found in any way prove one. They are found by column generation in
/// floating point, and the proof is evaluated in whole numbers.
///
/// What a packing must keep to: models, labels and setup of a single task on an empty node; the compute of each GPU,
/// slice by slice; whole GPUs; and the node's CPU and memory, each in turn while the other is paid for at a price.
/// What it need not: GPU memory, sharers, MIG places, GPUs by id, NUMA, that the GPUs of one task differ, and on nodes
/// of several models which GPU is which.
///
/// on       the cluster; what is placed on it does not matter
/// arrived  every task that came, whether it was placed or not; those without GPUs do not count
/// returns  compute asked for by the tasks placed, in milli-GPUs
/// cost     0.05 to 0.16 s on openb, about a second at most; it grows with the numbers of shapes and of kinds of
///          nodes, of which no more than 384 and 128 are told apart
/// source   Gilmore and Gomory 1961, Geoffrion 1974 (docs/sources.md#gilmore61, docs/sources.md#geoffrion74)
[[nodiscard]] inline milli_gpu hindsight_bound(const cluster& on, const task_mix& arrived) {
    const detail::packing_model model = detail::model_of(on, arrived);
    std::int64_t least = on.compute().count();
    std::int64_t request = 0;
    for (const detail::packed_shape& shape : model.shapes) request += shape.value() * shape.count;
    least = std::min(least, request);
    if (least == 0) return milli_gpu{0};
    detail::price_proof proof{model};
    const detail::packing_prices free{std::vector<std::int64_t>(model.shapes.size()),
                                      std::vector<std::int64_t>(model.types.size()),
                                      std::vector<std::int64_t>(model.types.size())};
    for (const detail::packing_prices& prices : {free, detail::price_search{model}.find()})
        least = std::min(least, proof.bound(prices));
    return milli_gpu{least};
}

} // namespace gpupack::plan
