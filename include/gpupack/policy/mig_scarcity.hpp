// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Keeps the places that are scarce: a place costs what it is wanted, over the number of such places that the whole
/// cluster has left, and a fuller GPU is taken before an emptier one at the same cost. gpupack's own.
///
///   price of a place for request r = floor(scale * (percent of r in the mix + base) / (places for r in the cluster + 1))
///   cost = sum over r of price * places lost + unit * units free on the GPU
/// The price is the slope of (percent + base) * log(places): an option that is plentiful is nearly free, the last
/// ones are dear. As whole GPUs grow scarce, so does the profile that takes a whole one, which keeps idle GPUs idle
/// without a rule for them. `base` keeps what is rare from being worth nothing.
///
/// - Other requests: as instance_cost_scorer says.
/// - Cost: looks at the whole cluster's counts, so engines score every node again for each decision.
/// - Ties: lower node, lower GPU, lower start.
struct mig_scarcity {
    /// Requests to come; those for MIG instances and for whole GPUs have prices. Without any of them, the fullest GPU
    /// is taken.
    task_mix expected;
    score scale = 4096; ///< Prices are in parts of this.
    score base = 20; ///< Percent added to what the mix wants of a profile.
    score unit = 1024; ///< What a free unit of a GPU costs.

    static constexpr policy_properties properties{.scope = reads::cluster}; ///< What engines must know about it.

    /// What a place is worth to an expected request, by its part of the mix and the places that it has left.
    [[nodiscard]] GPUPACK_HD static constexpr score price(score scale, score base, score percent,
                                                          std::int64_t places) noexcept {
        return scale * (percent + base) / (places + 1);
    }

    /// The scorer of one decision.
    [[nodiscard]] instance_cost_scorer prepare(const decision& decision) const {
        auto scorer = detail::without_prices(decision.cluster, unit);
        detail::set_prices(scorer, decision.cluster, expected, true,
                           [&](const request&, score percent, std::int64_t places) {
                               return price(scale, base, percent, places);
                           });
        return scorer;
    }

    class device_preparation;

    friend bool operator==(const mig_scarcity&, const mig_scarcity&) = default;
};

/// How mig_scarcity is prepared on a GPU: it counts the free placements itself, so each decision has its prices without a
/// look at the cluster.
class mig_scarcity::device_preparation {
  public:
    /// An expected request that has a price.
    struct term {
        score percent = 0;                       ///< Its part of the mix.
        std::int32_t whole = -1;                 ///< Index into the scorer's prices of whole GPUs; -1 for instances.
        std::int32_t gpus = 1;                   ///< Of a request for whole GPUs.
        std::int8_t profile[max_mig_tables] = {}; ///< The profile that it wants of each MIG table; -1 for none.
    };

    /// For kernels.
    struct view_type {
        /// The scorer that kernels call.
        using scorer_type = instance_cost_scorer;

        const instance_cost_scorer* unpriced = nullptr; ///< [1] The scorer without prices.
        const term* terms = nullptr;                    ///< [count]
        /// [max_mig_tables, most_profiles] Free placements, as in cluster::mig_tables.
        std::int64_t* open = nullptr;
        std::int64_t* places = nullptr; ///< [max_whole_prices] How often whole requests fit the idle GPUs.
        std::int32_t count = 0; ///< Number of tables.
        score scale = 0; ///< Prices are in parts of this.
        score base = 0; ///< Percent added to what the mix wants of a profile.

        /// Prepares a scorer before the first decision.
        GPUPACK_HD constexpr void prepare_once(scorer_type& scorer) const noexcept { scorer = *unpriced; }
        /// The scorer of one decision.
        GPUPACK_HD constexpr void prepare(scorer_type& scorer, std::uint32_t, std::uint64_t,
                                          const value_span&) const noexcept {
            for (std::int32_t i = 0; i < count; ++i)
                if (terms[i].whole < 0) for_each_profile(terms[i], [&](int t, int p) { scorer.prices[t][p] = 0; });
            for (std::int32_t i = 0; i < count; ++i) {
                const term& each = terms[i];
                if (each.whole >= 0) {
                    scorer.whole[each.whole].price = each.gpus * price(scale, base, each.percent, places[each.whole]);
                    continue;
                }
                std::int64_t left = 0;
                for_each_profile(each, [&](int t, int p) { left += open[t * partition_table::most_profiles + p]; });
                const score of_placement = price(scale, base, each.percent, left);
                for_each_profile(each, [&](int t, int p) { scorer.prices[t][p] += of_placement; });
            }
        }

        /// Counts the free placements of those GPUs, and the node's room for whole requests.
        GPUPACK_HD constexpr void tally(const node_view& node, gpu_set gpus, int sign) const noexcept {
            for_each_gpu(gpus, [&](int i) {
                const gpu_state& gpu = node.gpu(i);
                const gpu_capacity& capacity = node.capacity(i);
                if (capacity.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig))
                    return;
                const placement_counts_view& counts = unpriced->tables[capacity.mig_number];
                const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
                for (int p = 0; p < counts.profiles; ++p)
                    open[capacity.mig_number * partition_table::most_profiles + p] += sign * counts.places(occupied, p);
            });
            for (int w = 0; w < unpriced->whole_count; ++w)
                places[w] +=
                    sign * (scorer_type::idle_gpus(node, unpriced->whole[w].models) / unpriced->whole[w].gpus);
        }

      private:
        template <class Visit> GPUPACK_HD static constexpr void for_each_profile(const term& each, Visit&& visit) noexcept {
            for (int t = 0; t < max_mig_tables; ++t)
                if (each.profile[t] >= 0) visit(t, int{each.profile[t]});
        }
    };

    /// Counts the placements that the cluster has left.
    device_preparation(const mig_scarcity& policy, const cluster& cluster, const std::vector<request>&)
        : unpriced_{detail::without_prices(cluster, policy.unit)},
          open_(std::size_t{max_mig_tables} * partition_table::most_profiles), places_(max_whole_prices),
          scale_{policy.scale}, base_{policy.base} {
        // The policy's own prices say which profiles and which whole requests have one.
        detail::set_prices(unpriced_.front(), cluster, policy.expected, false,
                           [](const request&, score, std::int64_t) { return score{0}; });
        detail::for_each_priced(policy.expected,
                                [&](const request& request, score percent) { add_term(cluster, request, percent); });
        for (std::size_t t = 0; t < cluster.mig_tables().size(); ++t)
            for (std::size_t p = 0; p < partition_table::most_profiles; ++p)
                open_[t * partition_table::most_profiles + p] = cluster.mig_tables()[t].open[p];
    }

    /// What a kernel gets of it, by value.
    template <class Place> [[nodiscard]] view_type view(Place&& place) {
        return {place(unpriced_), place(terms_), place(open_), place(places_), static_cast<std::int32_t>(terms_.size()),
                scale_,           base_};
    }

  private:
    void add_term(const cluster& cluster, const request& request, score percent) {
        term added{.percent = percent, .gpus = request.gpus};
        for (std::int8_t& profile : added.profile) profile = -1;
        if (request.share.way() == sharing::exclusive) {
            if (wholes_ == unpriced_.front().whole_count) return;
            added.whole = wholes_;
            places_[static_cast<std::size_t>(wholes_)] = detail::whole_places(cluster, request);
            ++wholes_;
        } else {
            for (std::size_t t = 0; t < cluster.mig_tables().size(); ++t)
                if (const auto profiles = cluster.mig_tables()[t].table->among(request.share.profiles()); profiles != 0)
                    added.profile[t] = static_cast<std::int8_t>(lowest_bit(profiles));
        }
        terms_.push_back(added);
    }

    std::vector<instance_cost_scorer> unpriced_; // [1]
    std::vector<term> terms_;
    std::vector<std::int64_t> open_;
    std::vector<std::int64_t> places_;
    std::int32_t wholes_ = 0;
    score scale_;
    score base_;
};

} // namespace gpupack::policy
