#pragma once

#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/place_counts.hpp>
#include <gpupack/topology/profile_set.hpp>

#include <cstdint>

namespace gpupack::policy {

/// Scores a choice by the MIG places that it takes away, each at a price, and by how empty the GPU is.
///
/// cost of a GPU  sum over its MIG profiles of price * (places now - places after) + per_unit * (units free now)
/// score          minus the cost of all GPUs chosen
/// A GPU that goes to a whole task, to slices or to vGPUs while it is idle loses all its MIG places; the same
/// policy so weighs MIG, slices and whole GPUs against each other. Units of a GPU without MIG are eighths of its
/// compute.
/// tables   [max_mig_tables]  by gpu_capacity::mig_number
/// prices   [max_mig_tables, most_profiles]
struct instance_cost_scorer {
    place_counts_view tables[max_mig_tables] = {};
    score prices[max_mig_tables][partition_table::most_profiles] = {};
    score per_unit = 0;

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& chosen,
                                                        const request& asked) const noexcept {
        score cost = 0;
        int nth = 0;
        for (std::uint32_t rest = chosen.gpus.bits(); rest != 0; rest &= rest - 1, ++nth)
            cost += cost_on(chosen.node, lowest_bit(rest), asked.share.way(),
                            chosen.slots[nth < max_instances ? nth : 0]);
        return -cost;
    }

  private:
    [[nodiscard]] GPUPACK_HD constexpr score cost_on(const node_view& node, int i, sharing way,
                                                     int slot) const noexcept {
        const gpu_state& gpu = node.gpu(i);
        const gpu_capacity& of = node.capacity(i);
        const bool in_mig = gpu.way == sharing::mig;
        if (of.mig == nullptr || (!in_mig && gpu.way != sharing::idle)) return per_unit * eighths_free(gpu);
        const place_counts_view& counts = tables[of.mig_number];
        const std::uint64_t now = in_mig ? gpu.occupied() : 0;
        const int used = count_bits(static_cast<std::uint32_t>(now) & ((1U << counts.units) - 1));
        const std::uint64_t after = now | (way == sharing::mig ? of.mig->slots[slot].taken : 0);
        score cost = per_unit * 8 * (counts.units - used) / counts.units;
        for (int p = 0; p < counts.profiles; ++p) {
            const int left = way == sharing::mig ? counts.places(after, p) : 0;
            cost += prices[of.mig_number][p] * (counts.places(now, p) - left);
        }
        return cost;
    }

    [[nodiscard]] GPUPACK_HD static constexpr score eighths_free(const gpu_state& gpu) noexcept {
        return gpu.compute_free * 8 / whole_gpu.count();
    }
};

static_assert(scorer<instance_cost_scorer>);

namespace detail {

/// A scorer for one decision, all prices 0.
[[nodiscard]] inline instance_cost_scorer without_prices(const cluster& on, score per_unit) noexcept {
    instance_cost_scorer made;
    made.per_unit = per_unit;
    for (std::size_t t = 0; t < on.mig_tables().size(); ++t) made.tables[t] = on.mig_tables()[t].counts->view();
    return made;
}

/// Prices the profiles that each expected request for a MIG instance would get: price_of(request, percent, places),
/// where percent is its part of the mix, at least 1, and places are those that it has in the whole cluster now.
template <class PriceOf>
void set_prices(instance_cost_scorer& scorer, const cluster& on, const task_mix& expected, PriceOf&& price_of) {
    std::int64_t instances = 0;
    for (const task_mix::entry& each : expected.entries())
        if (each.asked.gpus > 0 && each.asked.share.way() == sharing::mig) instances += each.count;
    for (const task_mix::entry& each : expected.entries()) {
        if (each.asked.gpus == 0 || each.asked.share.way() != sharing::mig) continue;
        std::int64_t places = 0;
        for (const cluster::mig_places& of : on.mig_tables())
            if (const std::uint32_t wanted = of.table->among(each.asked.share.profiles()); wanted != 0)
                places += of.open[static_cast<std::size_t>(lowest_bit(wanted))];
        const score percent = (200 * each.count + instances) / (2 * instances);
        const score price = price_of(each.asked, percent > 0 ? percent : 1, places);
        for (std::size_t t = 0; t < on.mig_tables().size(); ++t)
            if (const std::uint32_t wanted = on.mig_tables()[t].table->among(each.asked.share.profiles());
                wanted != 0)
                scorer.prices[t][lowest_bit(wanted)] += price;
    }
}

} // namespace detail

} // namespace gpupack::policy
