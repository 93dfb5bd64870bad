// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/device_preparation.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/plan/batch_plan.hpp>
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

    writable_cluster_view cluster{};      ///< Changed by every placement.
    batch_trees<Key> trees{};             ///< Of the request classes.
    std::uint32_t* seen = nullptr;        ///< [trees] How much of the log is in the tree.
    /// [nodes + levels.winners] Where in the log a node stands last, then where a node of each group stands last, level by
    /// level. Not set for those that do not stand in the log.
    std::uint32_t* latest = nullptr;
    std::uint32_t* log = nullptr;         ///< [log_capacity] Nodes, in the order in which they changed.
    std::uint32_t* logged = nullptr;      ///< [1] How many stand in the log.
    std::uint32_t log_capacity = 0;       ///< Changes that the log has memory for.
};

/// Puts the score of one node for a request class into its tree.
template <class Key, class Scorer>
GPUPACK_HD constexpr void enter_node(const batch_workspace<Key>& workspace, std::uint32_t tree, const request& request,
                                     const Scorer& scorer, std::uint32_t number) noexcept {
    const node_view node = workspace.cluster[node_id{number}];
    if (fit::fits(node, request))
        workspace.trees.enter(tree, number, policy::node_score(scorer, node, request));
    else
        workspace.trees.leave(tree, number);
}

/// Scores every node for some request classes, each into a tree of its own, all at once.
///
/// @param fills   [count]
/// @param scorer  scorer(request_class) is the scorer of a class
template <class Team, class Key, class ScorerOf>
GPUPACK_HD void fill_trees(const Team& team, const batch_workspace<Key>& workspace, const plan::request_class* classes,
                           const plan::tree_fill* fills, std::uint32_t count, const ScorerOf& scorer) {
    const tree_levels& levels = workspace.trees.levels;
    team.for_each(std::uint64_t{count} * levels.entrants, [&](std::uint64_t i) {
        const plan::tree_fill& fill = fills[i / levels.entrants];
        enter_node(workspace, fill.tree, classes[fill.request_class].effective, scorer(fill.request_class),
                   static_cast<std::uint32_t>(i % levels.entrants));
    });
    for (std::uint32_t level = 0; level < levels.depth; ++level)
        team.for_each(std::uint64_t{count} * levels.count_at[level], [&](std::uint64_t i) {
            workspace.trees.settle(fills[i / levels.count_at[level]].tree, level,
                                   static_cast<std::uint32_t>(i % levels.count_at[level]));
        });
    team.once([&] {
        for (std::uint32_t f = 0; f < count; ++f) workspace.seen[fills[f].tree] = *workspace.logged;
    });
}

/// Brings a tree up to date with a part of the log.
///
/// The nodes that changed are scored again, and the groups above them are settled, each once, by the thread that has its
/// last change. All nodes are scored again where more changes than nodes have been logged.
///
/// @param first  in the log; `unfilled` for all nodes
/// @param last   one past the last change
template <class Team, class Key, class Scorer>
GPUPACK_HD void catch_up(const Team& team, const batch_workspace<Key>& workspace, std::uint32_t tree,
                         const request& request, const Scorer& scorer, std::uint32_t first, std::uint32_t last) {
    const tree_levels& levels = workspace.trees.levels;
    const bool all = first == batch_workspace<Key>::unfilled || last - first > levels.entrants;
    const std::uint32_t count = all ? levels.entrants : last - first;
    // Also with nothing to do: a barrier must stand between reading `last` and the next placement, which raises it.
    team.for_each(count, [&](std::uint64_t i) {
        const std::uint32_t node = all ? static_cast<std::uint32_t>(i) : workspace.log[first + i];
        if (all || workspace.latest[node] == first + i) enter_node(workspace, tree, request, scorer, node);
    });
    if (count == 0) return;
    for (std::uint32_t level = 0; level < levels.depth; ++level) {
        const std::uint32_t* const latest = workspace.latest + levels.entrants + levels.level_at[level];
        team.for_each(all ? levels.count_at[level] : count, [&](std::uint64_t i) {
            const std::uint32_t group =
                all ? static_cast<std::uint32_t>(i) : tree_levels::group_of(workspace.log[first + i], level);
            if (all || latest[group] == first + i) workspace.trees.settle(tree, level, group);
        });
    }
}

/// Places the request on the best node of its tree, if there is one. The work of one thread.
///
/// @param preparation  hears of the placement before and after it, if it counts what nodes contribute to the cluster
template <class Key, class Scorer, class Preparation> [[nodiscard]] GPUPACK_HD constexpr selection
take_best(const batch_workspace<Key>& workspace, std::uint32_t tree, const request& request, const Scorer& scorer,
          const Preparation& preparation) noexcept {
    const auto best = workspace.trees.best(tree);
    if (!best.found()) return {};
    const node_id node = best.node;
    const selection chosen = policy::select_gpus(scorer, workspace.cluster[node], request);
    policy::tally(preparation, workspace.cluster[node], chosen.gpus, -1);
    workspace.cluster.take(node, request, chosen.gpus, chosen.slots);
    policy::tally(preparation, workspace.cluster[node], chosen.gpus, 1);
    return chosen;
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
