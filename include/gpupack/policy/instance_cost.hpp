// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/model_set.hpp>
#include <gpupack/topology/placement_counts.hpp>
#include <gpupack/topology/profile_set.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// What a place for a request for whole GPUs on one node is worth.
struct whole_price {
    int gpus = 0;       ///< GPUs of the request.
    model_set models{}; ///< Models of the request.
    score price = 0;    ///< Of one place.
};

/// The most kinds of requests for whole GPUs that have a price.
inline constexpr int max_whole_prices = 16;

/// Scores a choice by the places that it takes away, each at a price, and by how empty the GPUs are: places of MIG
/// profiles, and places for requests for whole GPUs, of which a node with n idle GPUs has floor(n / k) for k.
///
/// - Cost of a GPU: sum over its MIG profiles of price * (places now - places after) + per_unit * (units free now).
/// - Cost on a node: sum over requests for whole GPUs of price * (places now - places after).
/// - Score: minus the cost of all GPUs chosen and of the node.
/// A GPU that goes to a whole task, to slices or to vGPUs while it is idle loses all its MIG places; the same
/// policy so weighs MIG, slices and whole GPUs against each other. Units of a GPU without MIG are eighths of its
/// compute.
struct instance_cost_scorer {
    placement_counts_view tables[max_mig_tables] = {};                 ///< By gpu_capacity::mig_number.
    score prices[max_mig_tables][partition_table::most_profiles] = {}; ///< Of each profile of a table.
    std::uint32_t priced[max_mig_tables] = {};                         ///< The profiles that have a price, as bits.
    whole_price whole[max_whole_prices] = {};                          ///< The first whole_count are set.
    int whole_count = 0;                                               ///< Number of prices for whole GPUs.
    score per_unit = 0;                                                ///< What a free unit of a GPU costs.

    /// The counts of each MIG table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for (placement_counts_view& each : tables) each.for_each_table(visit);
    }

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        score cost = 0;
        for_each_gpu_indexed(candidate.gpus, [&](int nth, int i) {
            const int slot = candidate.slots[nth < max_instances ? nth : 0];
            cost += cost_on(candidate.node, i, request.share.way(), slot);
        });
        for (int w = 0; w < whole_count; ++w) {
            const int idle = idle_gpus(candidate.node, whole[w].models);
            int taken = 0;
            for_each_gpu(candidate.gpus & candidate.node.type().gpus_of(whole[w].models),
                         [&](int i) { taken += is_free_whole(candidate.node.gpu(i)) ? 1 : 0; });
            cost += whole[w].price * (idle / whole[w].gpus - (idle - taken) / whole[w].gpus);
        }
        return -cost;
    }

    /// How many GPUs of a node are idle and of some models.
    [[nodiscard]] GPUPACK_HD static constexpr int idle_gpus(const node_view& node, model_set models) noexcept {
        const model_set present = node.type().models & models;
        if (present == node.type().models) return node.idle_gpus();
        int idle = 0;
        if (!present.empty())
            for_each_gpu(node.type().gpus_of(models), [&](int i) { idle += is_free_whole(node.gpu(i)) ? 1 : 0; });
        return idle;
    }

  private:
    [[nodiscard]] GPUPACK_HD constexpr score cost_on(const node_view& node, int i, sharing way,
                                                     int slot) const noexcept {
        const gpu_state& gpu = node.gpu(i);
        const gpu_capacity& capacity = node.capacity(i);
        const bool in_mig = gpu.way == sharing::mig;
        if (capacity.mig == nullptr || (!in_mig && gpu.way != sharing::idle)) return per_unit * eighths_free(gpu);
        const placement_counts_view& counts = tables[capacity.mig_number];
        const std::uint64_t now = in_mig ? gpu.occupied() : 0;
        const int used = count_bits(static_cast<std::uint32_t>(now) & ((1U << counts.units) - 1));
        const std::uint64_t after = now | (way == sharing::mig ? capacity.mig->slots[slot].taken : 0);
        score cost = per_unit * 8 * (counts.units - used) / counts.units;
        for_each_bit(priced[capacity.mig_number], [&](int p) {
            const int left = way == sharing::mig ? counts.places(after, p) : 0;
            cost += prices[capacity.mig_number][p] * (counts.places(now, p) - left);
        });
        return cost;
    }

    [[nodiscard]] GPUPACK_HD static constexpr score eighths_free(const gpu_state& gpu) noexcept {
        return gpu.compute_free * 8 / whole_gpu.count();
    }
};

namespace detail {

/// A scorer for one decision, all prices 0.
[[nodiscard]] inline instance_cost_scorer without_prices(const cluster& cluster, score per_unit) noexcept {
    instance_cost_scorer made;
    made.per_unit = per_unit;
    for (std::size_t t = 0; t < cluster.mig_tables().size(); ++t)
        made.tables[t] = cluster.mig_tables()[t].counts->view();
    return made;
}

/// How many times requests for whole GPUs fit the idle GPUs of the cluster. Cost: a pass over the nodes.
[[nodiscard]] inline std::int64_t whole_places(const cluster& cluster, const request& request) noexcept {
    std::int64_t places = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n)
        if (const node_view node = cluster.node_at(n); node.idle_gpus() >= request.gpus)
            places += instance_cost_scorer::idle_gpus(node, request.models) / request.gpus;
    return places;
}

/// Calls visit(request, percent) for the expected requests that have a price, those for MIG instances and for whole
/// GPUs: percent is its part of those in the mix, at least 1.
template <class Visit> void for_each_priced(const task_mix& expected, Visit&& visit) {
    const auto priced = [](const task_mix::entry& each) {
        return each.request.gpus > 0 &&
               (each.request.share.way() == sharing::mig || each.request.share.way() == sharing::exclusive);
    };
    std::int64_t all = 0;
    for (const task_mix::entry& each : expected.entries()) all += priced(each) ? each.count : 0;
    for (const task_mix::entry& each : expected.entries()) {
        if (!priced(each)) continue;
        const score part = (200 * each.count + all) / (2 * all);
        visit(each.request, part > 0 ? part : score{1});
    }
}

/// Prices the MIG profiles that a request would get: price_of(places), where places are those that they have in the whole
/// cluster now, 0 without by_places.
template <class PriceOf> void price_profiles(instance_cost_scorer& scorer, const cluster& cluster,
                                             const request& request, bool by_places, PriceOf&& price_of) {
    std::int64_t places = 0;
    for (const cluster::mig_places& mig : cluster.mig_tables())
        if (const std::uint32_t profiles = mig.table->among(request.share.profiles()); by_places && profiles != 0)
            places += mig.open[static_cast<std::size_t>(lowest_bit(profiles))];
    const score price = price_of(places);
    for (std::size_t t = 0; t < cluster.mig_tables().size(); ++t)
        if (const std::uint32_t profiles = cluster.mig_tables()[t].table->among(request.share.profiles());
            profiles != 0) {
            scorer.prices[t][lowest_bit(profiles)] += price;
            scorer.priced[t] |= 1U << lowest_bit(profiles);
        }
}

/// Prices what each expected request would get, for a MIG instance its profiles, for whole GPUs a place on a node:
/// price_of(request, percent, places), where places are those that it has in the whole cluster now, 0 without
/// by_places. A place for k whole GPUs counts k times.
template <class PriceOf> void set_prices(instance_cost_scorer& scorer, const cluster& cluster, const task_mix& expected,
                                         bool by_places, PriceOf&& price_of) {
    for_each_priced(expected, [&](const request& request, score percent) {
        if (request.share.way() == sharing::exclusive) {
            if (scorer.whole_count == max_whole_prices) return;
            const std::int64_t places = by_places ? whole_places(cluster, request) : 0;
            scorer.whole[scorer.whole_count++] = {request.gpus, request.models,
                                                  request.gpus * price_of(request, percent, places)};
            return;
        }
        price_profiles(scorer, cluster, request, true,
                       [&](std::int64_t places) { return price_of(request, percent, places); });
    });
}

} // namespace detail

} // namespace gpupack::policy
