// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// An expected request that has a price under policy::mig_scarcity.
///
/// percent  its part of the mix
/// whole    index into the scorer's prices of whole GPUs; -1 for instances
/// gpus     of a request for whole GPUs
/// profile  [max_mig_tables]  of each MIG table the profile that it wants; -1 where the table has none
struct scarcity_term {
    policy::score percent = 0;
    std::int32_t whole = -1;
    std::int32_t gpus = 1;
    std::int8_t profile[max_mig_tables] = {};
};

/// The guide of policy::mig_scarcity: it counts the places that are left itself, so that each decision has its
/// prices without a look at the cluster.
///
/// fixed   [1]  the scorer without prices
/// terms   [count]
/// open    [max_mig_tables, most_profiles]  places that are free, as in cluster::mig_tables
/// places  [max_whole_prices]  how often whole requests fit the idle GPUs
struct scarcity_guide {
    using scorer_type = policy::instance_cost_scorer;

    const policy::instance_cost_scorer* fixed = nullptr;
    const scarcity_term* terms = nullptr;
    std::int64_t* open = nullptr;
    std::int64_t* places = nullptr;
    std::int32_t count = 0;
    policy::score scale = 0;
    policy::score base = 0;

    GPUPACK_HD constexpr void begin(scorer_type& made) const noexcept { made = *fixed; }
    GPUPACK_HD constexpr void prepare(scorer_type& made, std::uint32_t, std::uint64_t,
                                      const value_span&) const noexcept {
        for (std::int32_t i = 0; i < count; ++i)
            if (terms[i].whole < 0) for_each_profile(terms[i], [&](int t, int p) { made.prices[t][p] = 0; });
        for (std::int32_t i = 0; i < count; ++i) {
            const scarcity_term& term = terms[i];
            if (term.whole >= 0) {
                made.whole[term.whole].price =
                    term.gpus * policy::mig_scarcity::price(scale, base, term.percent, places[term.whole]);
                continue;
            }
            std::int64_t left = 0;
            for_each_profile(term, [&](int t, int p) { left += open[t * partition_table::most_profiles + p]; });
            const policy::score price = policy::mig_scarcity::price(scale, base, term.percent, left);
            for_each_profile(term, [&](int t, int p) { made.prices[t][p] += price; });
        }
    }

    /// Counts the MIG places of those GPUs, and the places of the node for whole requests.
    GPUPACK_HD constexpr void note(const node_view& node, gpu_set gpus, int sign) const noexcept {
        for_each_gpu(gpus, [&](int i) {
            const gpu_state& gpu = node.gpu(i);
            const gpu_capacity& of = node.capacity(i);
            if (of.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig)) return;
            const placement_counts_view& counts = fixed->tables[of.mig_number];
            const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
            for (int p = 0; p < counts.profiles; ++p)
                open[of.mig_number * partition_table::most_profiles + p] += sign * counts.places(occupied, p);
        });
        for (int w = 0; w < fixed->whole_count; ++w)
            places[w] += sign * (scorer_type::idle_gpus(node, fixed->whole[w].models) / fixed->whole[w].gpus);
    }

  private:
    template <class Visit>
    GPUPACK_HD static constexpr void for_each_profile(const scarcity_term& of, Visit&& visit) noexcept {
        for (int t = 0; t < max_mig_tables; ++t)
            if (of.profile[t] >= 0) visit(t, int{of.profile[t]});
    }
};

/// Of mig_scarcity.
template <> class guide_data<policy::mig_scarcity> {
  public:
    guide_data(const policy::mig_scarcity& by, const cluster& on, const std::vector<plan::request_class>&)
        : fixed_{policy::detail::without_prices(on, by.unit)},
          open_(std::size_t{max_mig_tables} * partition_table::most_profiles),
          places_(policy::max_whole_prices), scale_{by.scale}, base_{by.base} {
        // The policy's own prices say which profiles and which whole requests have one.
        policy::detail::set_prices(fixed_.front(), on, by.expected, false,
                                   [](const request&, policy::score, std::int64_t) { return policy::score{0}; });
        std::int32_t whole = 0;
        policy::detail::for_each_priced(by.expected, [&](const request& request, policy::score percent) {
            scarcity_term term{.percent = percent, .gpus = request.gpus};
            for (std::int8_t& profile : term.profile) profile = -1;
            if (request.share.way() == sharing::exclusive) {
                if (whole == fixed_.front().whole_count) return;
                term.whole = whole++;
                places_[static_cast<std::size_t>(term.whole)] = policy::detail::whole_places(on, request);
            } else {
                for (std::size_t t = 0; t < on.mig_tables().size(); ++t)
                    if (const auto wanted = on.mig_tables()[t].table->among(request.share.profiles()); wanted != 0)
                        term.profile[t] = static_cast<std::int8_t>(lowest_bit(wanted));
            }
            terms_.push_back(term);
        });
        for (std::size_t t = 0; t < on.mig_tables().size(); ++t)
            for (std::size_t p = 0; p < partition_table::most_profiles; ++p)
                open_[t * partition_table::most_profiles + p] = on.mig_tables()[t].open[p];
    }

    template <class Place> [[nodiscard]] scarcity_guide view(Place&& place) {
        return {
            place(fixed_), place(terms_), place(open_), place(places_), static_cast<std::int32_t>(terms_.size()),
            scale_,        base_};
    }

  private:
    std::vector<policy::instance_cost_scorer> fixed_; // [1]
    std::vector<scarcity_term> terms_;
    std::vector<std::int64_t> open_;
    std::vector<std::int64_t> places_;
    policy::score scale_;
    policy::score base_;
};

} // namespace gpupack::gpu
