// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/request_class_table.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/search/tournament.hpp>
#include <gpupack/state/change_log.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// The searcher of an indexed engine: a tournament of nodes for each request class.
template <policy::policy Policy> class indexed_searcher {
  public:
    /// @param cluster          whose changes it will be told of
    /// @param request_classes  how many are remembered at most
    indexed_searcher(const cluster& cluster, std::size_t request_classes)
        : changes_{cluster.size()}, classes_{request_classes} {
        indexes_.reserve(request_classes);
    }

    /// The best choice for a decision, if the request fits anywhere.
    [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& decision) {
        const auto found = classes_.look_up(decision.request);
        if (!found) return scan::searcher{}.find(policy, decision);
        const auto scorer = policy::prepare(policy, decision);
        follow_cluster_flags(scorer, decision.cluster);
        if (found->is_new)
            enter_all(found->slot, scorer, decision);
        else
            catch_up(indexes_[found->slot], scorer, decision);
        class_index& index = indexes_[found->slot];
        index.seen = changes_.now();
        const auto best = index.nodes.best();
        return select_on(best ? decision.cluster.id_at(*best) : node_id::none(), scorer, decision.cluster,
                         decision.request);
    }

    /// The same choice without learning anything, so that calls of it may overlap: a dry run.
    ///
    /// Cost: a score a node changed since a request of the class was last searched for by the other find(), and a few
    /// comparisons. A scan where that has not happened yet, or where facts about the whole cluster that the scores depend
    /// on have changed since. No allocation.
    [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& decision) const {
        const auto slot = classes_.find(decision.request);
        if (!slot) return scan::searcher{}.find(policy, decision);
        const auto scorer = policy::prepare(policy, decision);
        if (!(scorer_traits::cluster_flags(scorer) == flags_)) return scan::searcher{}.find(policy, decision);
        const class_index& index = indexes_[*slot];
        ranked_node<key_of<scorer_type>> best =
            index.nodes.best_among([&](std::uint32_t number) { return !changes_.changed_since(number, index.seen); });
        changes_.for_each_since(index.seen, [&](const node_row& row) {
            const node_view node = decision.cluster.view(row);
            if (!fit::fits(node, decision.request)) return;
            const ranked_node<key_of<scorer_type>> fresh{policy::node_score(scorer, node, decision.request),
                                                         node_id{row.id.number()}};
            if (fresh.precedes(best)) best = fresh;
        });
        return select_on(best.found() ? decision.cluster.id_at(best.node.number()) : node_id::none(), scorer,
                         decision.cluster, decision.request);
    }

    /// Notes that a node has changed.
    void changed(const cluster& cluster, node_id node) { changes_.changed(cluster, node); }

  private:
    using scorer_type = policy::scorer_of<Policy>;
    using scorer_traits = policy::policy_traits<scorer_type>;
    using flags_type = decltype(scorer_traits::cluster_flags(std::declval<const scorer_type&>()));

    struct class_index {
        tournament<key_of<scorer_type>> nodes;
        std::uint64_t seen = 0; // the changes that are entered
    };

    /// Notes as changed the nodes whose scores may differ now that facts about the cluster have changed.
    void follow_cluster_flags(const scorer_type& scorer, const cluster& cluster) {
        const flags_type flags = scorer_traits::cluster_flags(scorer);
        if (flags == flags_) return;
        const flags_type changed = flags ^ flags_;
        flags_ = flags;
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (scorer_traits::affected_by(scorer, changed, cluster.node_at(n))) changes_.changed(cluster, node_id{n});
    }

    /// Scores every node, as a scan would.
    void enter_all(std::size_t slot, const scorer_type& scorer, const policy::decision& decision) {
        if (slot == indexes_.size()) indexes_.push_back({tournament<key_of<scorer_type>>{decision.cluster.size()}});
        indexes_[slot].nodes.grow(decision.cluster.size());
        ranker<scorer_type> rank{scorer, decision.cluster, decision.request};
        indexes_[slot].nodes.refill(decision.cluster.size(), [&](std::uint32_t number, key_of<scorer_type>& key) {
            const node_view node = decision.cluster.node_at(number);
            if (!fit::fits(node, decision.request)) return false;
            key = rank(node);
            return true;
        });
    }

    /// Scores the nodes that changed since a request of the class came last.
    void catch_up(class_index& index, const scorer_type& scorer, const policy::decision& decision) {
        changes_.for_each_since(index.seen, [&](const node_row& row) {
            const node_view node = decision.cluster.view(row);
            if (fit::fits(node, decision.request))
                index.nodes.put(row.id.number(), policy::node_score(scorer, node, decision.request));
            else
                index.nodes.erase(row.id.number());
        });
    }

    change_log changes_;
    request_class_table classes_;
    std::vector<class_index> indexes_; // by the slot of the class
    flags_type flags_{};
};

/// Keeps the scores of each request class, and on each decision scores only the nodes that changed since a request of the
/// class came last.
///
/// Policies whose scores depend on the whole cluster (random, normalize) are searched by the scan. Where they depend on a
/// few facts about it (lookahead), the nodes that a changed fact affects count as changed. A policy must not change
/// between decisions. Memory: 72 bytes a node, and 9.2 a node and request class. Cost: a score a node changed since the
/// class came last, and a few comparisons; no allocation once the class is known.
struct indexed {
    /// How many request classes are remembered. Beyond it, classes that recur replace those that came least recently, and
    /// the rest are searched by the scan: the answers are the same.
    std::size_t request_classes = 256;

    /// The searcher for a policy.
    template <policy::policy Policy> [[nodiscard]] auto make_searcher(const cluster& cluster) const {
        GPUPACK_EXPECTS(request_classes > 0, "one request class at least");
        if constexpr (policy::policy_traits<Policy>::keeps_scores)
            return indexed_searcher<Policy>{cluster, request_classes};
        else
            return scan::searcher{};
    }

    friend bool operator==(const indexed&, const indexed&) = default;
};

} // namespace gpupack::search
