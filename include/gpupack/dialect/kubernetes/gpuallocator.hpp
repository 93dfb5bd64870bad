// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/link_search.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/topology/link_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

namespace detail {

/// go-gpuallocator's best partition of the available GPUs into sets of one size, of which one may be smaller where
/// the size does not divide their number.
class best_partition {
  public:
    best_partition(const link_view& links, gpu_set required, int size)
        : links_{links}, required_{required}, size_{size} {}

    /// The best set of the best partition of `left` that holds what is required.
    [[nodiscard]] gpu_set best_set(gpu_set left) const {
        gpu_set best;
        policy::score highest = -1;
        while (left.size() >= size_) {
            const gpu_set set = first_set(left);
            left = left - set;
            const bool will_do = set.size() == size_ && (required_ & set) == required_;
            if (!will_do || value(set) <= highest) continue;
            best = set;
            highest = value(set);
        }
        return best;
    }

  private:
    [[nodiscard]] policy::score value(gpu_set set) const noexcept { return links_.score(set, nvlink_count::direct); }

    /// The score of the best partition of these GPUs, a multiple of the size, into full sets of which one holds all
    /// that is required. A single GPU that is required stands in some set anyhow.
    [[nodiscard]] policy::score full_total(gpu_set left) const {
        if (left.size() <= size_) return value(left);
        if ((left & required_).size() <= 1) return links_.packed(size_, left, nvlink_count::direct);
        policy::score highest = 0;
        for_each_subset(left - required_, size_ - required_.size(), [&](gpu_set others) {
            const gpu_set set = others | required_;
            const policy::score total = value(set) + links_.packed(size_, left - set, nvlink_count::direct);
            highest = total > highest ? total : highest;
        });
        return highest;
    }

    /// The set with the lowest GPU in the first of the best partitions of `left`, in go-gpuallocator's order. What the
    /// smaller set is decides all totals; which full sets there are is looked into for the best ones only.
    [[nodiscard]] gpu_set first_set(gpu_set left) const {
        const int rest = left.size() % size_;
        policy::score highest = -1;
        for_each_subset(left - required_, rest, [&](gpu_set smaller) {
            const policy::score total = value(smaller) + full_total(left - smaller);
            highest = total > highest ? total : highest;
        });
        gpu_set first;
        for_each_subset(left - required_, rest, [&](gpu_set smaller) {
            const policy::score total = full_total(left - smaller);
            if (value(smaller) + total < highest) return;
            const gpu_set set =
                smaller.contains(left.lowest()) ? smaller : first_full_set(left - smaller, total, first);
            if (first.empty() || set < first) first = set;
        });
        return first;
    }

    /// The lowest set with the lowest GPU in a partition of these GPUs into full sets of that total; where there is
    /// none lower than `known`, any that is not.
    [[nodiscard]] gpu_set first_full_set(gpu_set left, policy::score total, gpu_set known) const {
        const gpu_set lowest = left.lowest(1);
        const gpu_set partners = lowest_subset(left - lowest, size_ - 1, [&](gpu_set others) {
            const gpu_set set = others | lowest;
            if (!known.empty() && !(set < known)) return true;
            const gpu_set held = set & required_;
            return (held.empty() || held == (left & required_)) && value(set) + full_total(left - set) == total;
        });
        return partners | lowest;
    }

    const link_view& links_;
    gpu_set required_;
    int size_;
};

} // namespace detail

/// The GPUs that go-gpuallocator's best-effort policy takes: the available ones are parted into sets of that size so
/// that the sum of the sets' scores is the highest, and the best set of that partition is taken.
///
/// Ties: the first partition by its sets in order, and its first set, as there. One difference: where the size does
/// not divide the number available, the smaller set of the partition is never returned.
/// Cost: a few hundred look-ups on 8 GPUs; some thousands on 16, in at most some 0.1 ms.
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
///
/// @param links      of a node of at most 16 GPUs; NVLinks to a switch do not count, as there
/// @param available  GPUs that may be taken
/// @param required   those that must be
/// @param size       how many are taken
/// @return `size` GPUs; none where there are too few, or not all that is required
[[nodiscard]] inline gpu_set best_effort_set(const link_view& links, gpu_set available, gpu_set required, int size) {
    GPUPACK_EXPECTS(links.is_tabled(), "the links of a node of at most 16 GPUs");
    if (size < 1 || available.size() < size || required.size() > size) return gpu_set{};
    if (!((available & required) == required)) return gpu_set{};
    if (size == 1) return required.empty() ? available.lowest(1) : required;
    return detail::best_partition{links, required, size}.best_set(available);
}

/// The GPUs that go-gpuallocator's simple policy takes: those required, then the lowest.
///
/// Source: go-gpuallocator (docs/sources.md#go-gpuallocator).
///
/// @return `size` GPUs; none where there are too few, or not all that is required
[[nodiscard]] constexpr gpu_set simple_set(gpu_set available, gpu_set required, int size) noexcept {
    const bool there = (available & required) == required && available.size() >= size && required.size() <= size;
    return there ? required | (available - required).lowest(size - required.size()) : gpu_set{};
}

/// Takes the GPUs of a node that go-gpuallocator's best-effort policy takes; see best_effort_set.
///
/// Score: the link score of the GPUs, as go-gpuallocator counts it; 0 where nothing is known.
/// Cost: a partition a node. On nodes of more than 16 GPUs it takes those of best_link_set.
/// Ties: as best_effort_set.
struct gpuallocator_best_effort {
    /// Its search recurses, so no kernel runs it.
    static constexpr policy::policy_properties properties{
        .topology_sensitive = true, .own_candidates = true, .host_only = true};

    [[nodiscard]] policy::score operator()(const candidate& chosen, const request&) const noexcept {
        const link_view* const known = chosen.node.type().links;
        return known == nullptr ? 0 : known->score(chosen.gpus, nvlink_count::direct);
    }

    /// Visits the one set that it takes.
    template <class Visit> void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        const link_view* const known = node.type().links;
        if (known == nullptr || request.gpus < 2 || request.numa != numa_alignment::none || request.share.is_split())
            return fit::for_each_candidate(
                node, request, [&](const candidate& each) { visit((*this)(each, request), each.gpus, each.slots); },
                fit::by_links::yes);
        if (!fit::fits(node, request)) return;
        const gpu_set fitting = fit::fitting_gpus(node, request);
        const gpu_set set = known->is_tabled() ? best_effort_set(*known, fitting, gpu_set{}, request.gpus)
                                               : policy::best_link_set(*known, fitting, request.gpus).gpus;
        visit(policy::score{known->score(set, nvlink_count::direct)}, set, fit::lowest_slots(node, set, request.share));
    }

    friend bool operator==(const gpuallocator_best_effort&, const gpuallocator_best_effort&) = default;
};

static_assert(policy::scorer<gpuallocator_best_effort>);

} // namespace gpupack::dialect
