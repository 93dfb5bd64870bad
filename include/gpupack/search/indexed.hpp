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
#include <gpupack/search/scan.hpp>
#include <gpupack/search/shape_table.hpp>
#include <gpupack/search/tournament.hpp>
#include <gpupack/state/change_log.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// The searcher of an indexed engine: a tournament of nodes for each request shape.
template <policy::policy Policy> class indexed_searcher {
  public:
    indexed_searcher(const cluster& on, std::size_t shapes) : changes_{on.size()}, shapes_{shapes} {
        tournaments_.reserve(shapes);
    }

    [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& question) {
        const auto slot = shapes_.look_up(question.request);
        if (!slot) return scan::searcher{}.find(policy, question);
        const auto scorer = policy::prepare(policy, question);
        follow_cluster_flags(scorer, question.cluster);
        if (slot->is_new)
            enter_all(slot->slot, scorer, question);
        else
            catch_up(tournaments_[slot->slot], scorer, question);
        indexed_shape& shape = tournaments_[slot->slot];
        shape.seen = changes_.now();
        const auto best = shape.nodes.best();
        return select_on(best ? node_id{*best} : node_id::none(), scorer, question.cluster, question.request);
    }

    void changed(const cluster& on, node_id node) { changes_.changed(on, node); }

  private:
    using scorer_type = policy::scorer_of<Policy>;
    using scorer_traits = policy::policy_traits<scorer_type>;
    using flags_type = decltype(scorer_traits::cluster_flags(std::declval<const scorer_type&>()));

    struct indexed_shape {
        tournament<key_of<scorer_type>> nodes;
        std::uint64_t seen = 0;
    };

    /// Notes as changed the nodes whose scores may differ now that facts about the cluster have changed.
    void follow_cluster_flags(const scorer_type& scorer, const cluster& cluster) {
        const flags_type flags = scorer_traits::cluster_flags(scorer);
        if (flags == flags_) return;
        const flags_type changed = flags ^ flags_;
        flags_ = flags;
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (scorer_traits::affected_by(scorer, changed, cluster[node_id{n}])) changes_.changed(cluster, node_id{n});
    }

    /// Scores every node, as a scan would.
    void enter_all(std::size_t slot, const scorer_type& scorer, const policy::decision& question) {
        if (slot == tournaments_.size())
            tournaments_.push_back({tournament<key_of<scorer_type>>{question.cluster.size()}});
        ranker<scorer_type> rank{scorer, question.cluster, question.request};
        tournaments_[slot].nodes.refill([&](std::uint32_t number, key_of<scorer_type>& key) {
            const node_view node = question.cluster[node_id{number}];
            if (!fit::fits(node, question.request)) return false;
            key = rank(node);
            return true;
        });
    }

    /// Scores the nodes that changed since the shape was last asked for.
    void catch_up(indexed_shape& shape, const scorer_type& scorer, const policy::decision& question) {
        changes_.for_each_since(shape.seen, [&](const node_row& row) {
            const node_view node = question.cluster.view(row);
            if (fit::fits(node, question.request))
                shape.nodes.put(row.id.number(), policy::node_score(scorer, node, question.request));
            else
                shape.nodes.erase(row.id.number());
        });
    }

    change_log changes_;
    shape_table shapes_;
    std::vector<indexed_shape> tournaments_; // [slots taken]
    flags_type flags_{};
};

/// Keeps the scores of each request shape, and on each decision scores only the nodes that changed since that shape
/// was last asked for.
///
/// Policies whose scores depend on the whole cluster (random, normalize) are searched by the scan, unless they do so
/// through a few bits (lookahead): then the nodes to which a changed bit matters count as changed. A policy must not
/// change between decisions.
/// shapes  the most request shapes remembered; beyond it, shapes that recur push out those not asked for longest,
///         and the rest are searched by the scan: the answers are the same
/// memory  64 bytes a node, and 9.2 a node and shape
/// cost    a score a node changed since the shape was last asked for, and a few comparisons; no allocation once the
///         shape is known
struct indexed {
    std::size_t shapes = 256;

    template <policy::policy Policy> [[nodiscard]] auto make_searcher(const cluster& on) const {
        GPUPACK_EXPECTS(shapes > 0, "room for one shape at least");
        if constexpr (policy::policy_traits<Policy>::keeps_scores)
            return indexed_searcher<Policy>{on, shapes};
        else
            return scan::searcher{};
    }

    friend bool operator==(const indexed&, const indexed&) = default;
};

static_assert(engine<indexed>);

} // namespace gpupack::search
