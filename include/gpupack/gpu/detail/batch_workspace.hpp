// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/fall_choice.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>
#include <limits>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// What a batch is placed with, in the memory of whoever places it.
///
/// The log names the nodes in the order in which they changed. Each tree knows how much of the log it has seen, so it is
/// brought up to date by the nodes that stand in the rest.
template <class Key> struct batch_workspace {
    /// Of `seen`: the tree must be filled again.
    static constexpr std::uint32_t unfilled = std::numeric_limits<std::uint32_t>::max();

    writable_cluster_view cluster{}; ///< Changed by every placement.
    batch_trees<Key> trees{};        ///< Of the request classes.
    std::uint32_t* seen = nullptr;   ///< [trees] How much of the log is in the tree.
    /// [nodes + levels.winners] Where in the log a node stands last, then where a node of each group stands last, level by
    /// level. Not set for those that do not stand in the log.
    std::uint32_t* latest = nullptr;
    std::uint32_t* log = nullptr;    ///< [log_capacity] Nodes, in the order in which they changed.
    std::uint32_t* logged = nullptr; ///< [1] How many stand in the log.
    std::uint32_t log_capacity = 0;  ///< Changes that the log has memory for.
    fall_glances falls{};            ///< Of the request classes.
};

/// Puts the score of one node for a request class into its tree.
///
/// @param glances  [types] of the class; null where they do not decide
template <class Key, class Scorer>
GPUPACK_HD constexpr void enter_node(const batch_workspace<Key>& workspace, std::uint32_t tree, const request& request,
                                     const Scorer& scorer, const type_glance* glances, std::uint32_t number) noexcept {
    const node_view node = workspace.cluster[node_id{number}];
    if constexpr (policy::scores_by_fall<Scorer>)
        if (glances != nullptr) {
            const node_state& state = workspace.cluster.nodes[number];
            const fall_choice best =
                choice_by_fall(node, state, request, glances[workspace.cluster.type_of[number]], scorer);
            if (best.score == 0) return workspace.trees.leave(tree, number);
            return workspace.trees.enter(tree, number, static_cast<Key>(best.score - 1), best.gpus);
        }
    if (!fit::fits(node, request)) {
        workspace.trees.leave(tree, number);
    } else if constexpr (policy::ranks_choices<Scorer>) {
        const auto best = policy::best_choice(scorer, node, request);
        workspace.trees.enter(tree, number, best.score, best.gpus);
    } else {
        workspace.trees.enter(tree, number, policy::node_score(scorer, node, request));
    }
}

/// Scores every node for some request classes, each into a tree of its own: index = fill * nodes + node.
template <class Key, class Preparation> struct enter_nodes {
    batch_workspace<Key> workspace;
    const plan::request_class* classes;
    const plan::tree_fill* fills;
    Preparation preparation; ///< A policy::kept_preparation::view_type.

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const std::uint32_t nodes = workspace.trees.levels.entrants;
        const plan::tree_fill& fill = fills[index / nodes];
        enter_node(workspace, fill.tree, classes[fill.request_class].effective, preparation.scorers[fill.request_class],
                   workspace.falls.of_class(fill.request_class), static_cast<std::uint32_t>(index % nodes));
    }
};

/// Settles a level of such trees, and notes how much of the log is in them: index = fill * groups + group.
template <class Key> struct settle_level {
    batch_workspace<Key> workspace;
    const plan::tree_fill* fills;
    std::uint32_t level;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const std::uint32_t groups = workspace.trees.levels.count_at[level];
        const std::uint32_t tree = fills[index / groups].tree;
        workspace.trees.settle(tree, level, static_cast<std::uint32_t>(index % groups));
        if (groups == 1) workspace.seen[tree] = *workspace.logged;
    }
};

// A team is threads that do one job together, as those of a block do. All of its calls end with a barrier.
// - for_each(count, body) calls body(i) for each i below count, in any order and at once.
// - for_best(count, offered, keep) calls keep(i, the best of offered(i, place) over the 16 places) for each i below count.
// - once(body) calls body() on one thread, both(first, second) each on another one.
// - highest(count, value) is the highest value(i) for i below count, 0 where there is none; a barrier must stand between two
//   of these calls.

/// Brings a tree up to date with a part of the log.
///
/// The nodes that changed are scored again, and the groups above them are settled, each once, by the thread that has its
/// last change. All nodes are scored again where more changes than nodes have been logged.
///
/// @param glances  [types] of the class; null where they do not decide
/// @param first    in the log; `unfilled` for all nodes
/// @param last     one past the last change
template <class Team, class Key, class Scorer>
GPUPACK_HD void catch_up(const Team& team, const batch_workspace<Key>& workspace, std::uint32_t tree,
                         const request& request, const Scorer& scorer, const type_glance* glances, std::uint32_t first,
                         std::uint32_t last) {
    const tree_levels& levels = workspace.trees.levels;
    const bool all = first == batch_workspace<Key>::unfilled || last - first > levels.entrants;
    const std::uint32_t count = all ? levels.entrants : last - first;
    // Also with nothing to do: a barrier must stand between reading `last` and the next placement, which raises it.
    team.for_each(count, [&](std::uint64_t i) {
        const std::uint32_t node = all ? static_cast<std::uint32_t>(i) : workspace.log[first + i];
        if (all || workspace.latest[node] == first + i) enter_node(workspace, tree, request, scorer, glances, node);
    });
    if (count == 0) return;
    for (std::uint32_t level = 0; level < levels.depth; ++level) {
        const std::uint32_t* const latest = workspace.latest + levels.entrants + levels.level_at[level];
        const auto group_of = [&](std::uint64_t i) {
            return all ? static_cast<std::uint32_t>(i) : tree_levels::group_of(workspace.log[first + i], level);
        };
        const auto is_last = [&](std::uint64_t i) { return all || latest[group_of(i)] == first + i; };
        team.for_best(
            all ? levels.count_at[level] : count,
            [&](std::uint64_t i, std::uint32_t place) {
                return is_last(i) ? workspace.trees.offered(tree, level, group_of(i), place) : ranked_node<Key>{};
            },
            [&](std::uint64_t i, const ranked_node<Key>& best) {
                if (is_last(i)) workspace.trees.note(tree, level, group_of(i), best);
            });
    }
}

/// Places the request on the best node of its tree, if there is one. The work of one thread.
template <class Key, class Scorer>
[[nodiscard]] GPUPACK_HD constexpr selection take_best(const batch_workspace<Key>& workspace, std::uint32_t tree,
                                                       const request& request, const Scorer& scorer) noexcept {
    const auto best = workspace.trees.best(tree);
    if (!best.found()) return {};
    selection choice;
    if (policy::ranks_choices<Scorer> && !in_profiles(request.share.way()))
        choice = {best.node, workspace.trees.chosen_on(tree, best.node), {}};
    else
        choice = policy::select_gpus(scorer, workspace.cluster[best.node], request);
    workspace.cluster.take(choice.node, request, choice.gpus, choice.slots);
    return choice;
}

/// Writes into the log that the node changed, and with it the groups that it belongs to.
template <class Key>
GPUPACK_HD constexpr void log_change(const batch_workspace<Key>& workspace, std::uint32_t node) noexcept {
    const tree_levels& levels = workspace.trees.levels;
    const std::uint32_t now = *workspace.logged;
    workspace.latest[node] = now;
    for (std::uint32_t level = 0; level < levels.depth; ++level)
        workspace.latest[levels.entrants + levels.level_at[level] + tree_levels::group_of(node, level)] = now;
    workspace.log[now] = node;
    *workspace.logged = now + 1;
}

/// Empties a log that is full. Every tree is filled again when it is needed next.
template <class Key>
GPUPACK_HD constexpr void restart_log(const batch_workspace<Key>& workspace, std::uint32_t trees) noexcept {
    for (std::uint32_t t = 0; t < trees; ++t) workspace.seen[t] = batch_workspace<Key>::unfilled;
    *workspace.logged = 0;
}

} // namespace gpupack::gpu::detail
