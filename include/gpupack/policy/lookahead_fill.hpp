// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/policy/opportunity_value_table.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/reserved_capacity.hpp>
#include <gpupack/policy/reserved_capacity_table.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/split.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that lookahead_fill prepares: what a candidate leaves of the expected use, and of the room that is kept.
struct lookahead_fill_scorer {
    opportunity_value_view use;  ///< What later tasks will use.
    reserved_capacity_view room; ///< The scarce classes and their places.
    std::uint32_t tight = 0;     ///< The scarce classes whose reserve is binding, as bits.

    /// What engines must know about it.
    static constexpr policy_properties properties{.scope = reads::cluster_flags, .expensive = true};
    /// What a place of such a class costs: more than any use of a node.
    static constexpr score place = score{1} << 34; // more than any use of a node: kept room comes first

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        const opportunity_value_view::sums now = use.sum_up(candidate.node);
        return scored(candidate.node, request, candidate.gpus, candidate.slots, now,
                      use.of(now, candidate.node.cpu_free()));
    }

    /// The same scores, with what the node has now added up only once for all candidates.
    GPUPACK_CALLS_BACK
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        const opportunity_value_view::sums now = use.sum_up(node);
        const std::int64_t use_now = use.of(now, node.cpu_free());
        fit::for_each_candidate(node, request, [&](const candidate& each) {
            visit(scored(node, request, each.gpus, each.slots, now, use_now), each.gpus, each.slots);
        });
    }

    /// The tables of the use, and the scarce classes.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        use.for_each_table(visit);
        room.for_each_table(visit);
    }

    /// The scarce classes that are tight.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t cluster_flags() const noexcept { return tight; }
    /// Whether the scores of a node may differ where these facts changed.
    [[nodiscard]] GPUPACK_HD constexpr bool affected_by(std::uint32_t changed, const node_view& node) const noexcept {
        return room.matters(changed, node);
    }

  private:
    [[nodiscard]] GPUPACK_HD constexpr score scored(const node_view& node, const request& request, gpu_set gpus,
                                                    slot_list slots, opportunity_value_view::sums sums,
                                                    std::int64_t use_now) const noexcept {
        split_memory pieces;
        if (request.gpus > 0 && request.share.is_split()) pieces = split_over(&node.gpu(0), gpus, request.share);
        int idle = 0;
        for_each_gpu_indexed(gpus, [&](int nth, int i) {
            const share part = request.share.is_split() ? piece_of(request.share, pieces, nth) : request.share;
            const int slot = in_profiles(part.way()) ? slots[nth] : 0;
            const gpu_state after = after_taking(node.gpu(i), part, node.capacity(i), request.gpus, slot);
            idle += is_free_whole(node.gpu(i)) ? 1 : 0;
            sums.replace(use.row(node.gpu_count(), node.gpu_model(i), node.gpu(i), node.capacity(i)),
                         use.row(node.gpu_count(), node.gpu_model(i), after, node.capacity(i)));
        });
        const std::int64_t use_after = use.of(sums, node.cpu_free() - request.cpu);
        return use_after - use_now - place * room.taken(tight, node, request, idle);
    }
};

/// Places a task where it takes least from what later ones could use, and keeps room for those that few nodes can
/// serve while the cluster fills. gpupack's own; for clusters that tasks never leave. Where they do, lookahead is better:
/// the room that is kept shrinks with the arrivals that are left until the cluster is full.
///
/// - Score: use(node after) - use(node now), the use of opportunity_value_view, minus 2^34 for each place that the
///   task takes from a scarce class that is tight (reserved_capacity_table): room that is kept comes before any use.
/// - Cost: on a node, 8 additions a GPU and 40 multiplications a candidate. Of the whole cluster, scores depend on
///   which classes are tight: the indexed engine scores again only the nodes to which that matters.
/// - Ties: lower node, lower GPU set.
/// - Source: the dynamic stochastic knapsack with a price for a shared resource (docs/lookahead.md).
class lookahead_fill {
  public:
    /// What moves it between fair and careless, and how far it looks.
    struct options {
        /// In percent of the room that scarce tasks are expected to want until the cluster is full; 0 keeps none.
        int reserve = 150;
        int offers = 240;            ///< Tasks offered to a node before the outlook ends.
        mebibytes gpu_memory{81920}; ///< MiB of a GPU, to turn the memory that tasks ask for into a part of it.
    };

    /// @param expected the tasks to come, with their CPU-only ones: they tell when the cluster will be full. Counts
    ///   sum to at most 2^20. From an empty mix, all nodes score alike
    explicit lookahead_fill(const task_mix& expected) : lookahead_fill{expected, options{}} {}
    /// As above, with settings.
    lookahead_fill(const task_mix& expected, const options& settings)
        : use_{expected, settings.offers, {.fallback = settings.gpu_memory}}, room_{expected, settings.reserve} {}

    /// The scorer of one decision.
    [[nodiscard]] lookahead_fill_scorer prepare(const decision& decision) const noexcept {
        return {use_.view(), room_.view(), room_.tight(decision.cluster)};
    }

    friend bool operator==(const lookahead_fill& a, const lookahead_fill& b) noexcept {
        return a.use_ == b.use_ && a.room_ == b.room_;
    }

  private:
    opportunity_value_table use_;
    reserved_capacity_table room_;
};

} // namespace gpupack::policy
