// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/gpu/batch_plan.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Where one request of a batch went: the node, the GPUs there and the slots on them; or nowhere.
struct batch_choice {
    static constexpr std::uint32_t nowhere = 0xffffffffU;

    node_id node{nowhere};
    gpu_set gpus{};
    slot_list slots{};

    /// Whether it was placed.
    [[nodiscard]] GPUPACK_HD constexpr bool placed() const noexcept { return node.number() != nowhere; }

    GPUPACK_HD friend constexpr bool operator==(const batch_choice& a, const batch_choice& b) noexcept {
        return a.node == b.node && a.gpus == b.gpus && a.slots == b.slots;
    }
};

static_assert(sizeof(batch_choice) == 16 && std::is_trivially_copyable_v<batch_choice>);

namespace detail {

/// What a walk works on, in the memory of whoever walks.
///
/// on      changed by every placement
/// trees   of the shapes
/// seen    [trees]     how much of the log is in the tree; `unfilled` where the tree is of no use
/// latest  [on.size + levels.winners]  where in the log a node stands last, and then where in the log a node of each
///         group stands last, level by level; says nothing of those that do not stand in it
/// log     [log_room]  the nodes in the order in which they changed
/// logged  [1]         how many stand in the log
template <class Key> struct batch_desk {
    static constexpr std::uint32_t unfilled = 0xffffffffU;

    writable_cluster_view on{};
    batch_trees<Key> trees{};
    std::uint32_t* seen = nullptr;
    std::uint32_t* latest = nullptr;
    std::uint32_t* log = nullptr;
    std::uint32_t* logged = nullptr;
    std::uint32_t log_room = 0;
};

/// Puts what one node is worth to a shape now into its tree.
template <class Key, class Scorer>
GPUPACK_HD constexpr void enter_node(const batch_desk<Key>& desk, std::uint32_t tree, const gpupack::request& request,
                                     const Scorer& scorer, std::uint32_t number) noexcept {
    const node_view node = desk.on[node_id{number}];
    if (fit::fits(node, request))
        desk.trees.enter(tree, number, policy::node_score(scorer, node, request));
    else
        desk.trees.leave(tree, number);
}

/// Scores every node for some shapes, each into a tree of its own, all at once.
///
/// fills   [count]
/// scorer  of a shape: scorer(shape)
template <class Team, class Key, class ScorerOf>
GPUPACK_HD void fill_trees(const Team& team, const batch_desk<Key>& desk, const batch_shape* shapes,
                           const batch_fill* fills, std::uint32_t count, const ScorerOf& scorer) {
    const tree_levels& levels = desk.trees.levels;
    team.for_each(std::uint64_t{count} * levels.entrants, [&](std::uint64_t i) {
        const batch_fill& fill = fills[i / levels.entrants];
        enter_node(desk, fill.tree, shapes[fill.shape].taken, scorer(fill.shape),
                   static_cast<std::uint32_t>(i % levels.entrants));
    });
    for (std::uint32_t level = 0; level < levels.depth; ++level)
        team.for_each(std::uint64_t{count} * levels.count_at[level], [&](std::uint64_t i) {
            desk.trees.settle(fills[i / levels.count_at[level]].tree, level,
                              static_cast<std::uint32_t>(i % levels.count_at[level]));
        });
    team.once([&] {
        for (std::uint32_t f = 0; f < count; ++f) desk.seen[fills[f].tree] = *desk.logged;
    });
}

/// Brings a tree up to date with the log: the nodes that changed since are scored again, and the groups above them are
/// settled, each once, by whoever has the last change of it; all nodes, where more changes than nodes have been logged.
///
/// from, to  of the log; from `unfilled` on, all nodes
template <class Team, class Key, class Scorer>
GPUPACK_HD void catch_up(const Team& team, const batch_desk<Key>& desk, std::uint32_t tree, const gpupack::request& request,
                         const Scorer& scorer, std::uint32_t from, std::uint32_t to) {
    const tree_levels& levels = desk.trees.levels;
    const bool all = from == batch_desk<Key>::unfilled || to - from > levels.entrants;
    const std::uint32_t count = all ? levels.entrants : to - from;
    // Also with nothing to do: a barrier must stand between reading `to` and the next placement, which raises it.
    team.for_each(count, [&](std::uint64_t i) {
        const std::uint32_t node = all ? static_cast<std::uint32_t>(i) : desk.log[from + i];
        if (all || desk.latest[node] == from + i) enter_node(desk, tree, request, scorer, node);
    });
    if (count == 0) return;
    for (std::uint32_t level = 0; level < levels.depth; ++level) {
        const std::uint32_t* const latest = desk.latest + levels.entrants + levels.level_at[level];
        team.for_each(all ? levels.count_at[level] : count, [&](std::uint64_t i) {
            const std::uint32_t group =
                all ? static_cast<std::uint32_t>(i) : tree_levels::group_of(desk.log[from + i], level);
            if (all || latest[group] == from + i) desk.trees.settle(tree, level, group);
        });
    }
}

/// Takes the request to the best node of its tree, if there is one; one thread's work.
///
/// note  of the guide, called around the placement
template <class Key, class Scorer, class Guide>
[[nodiscard]] GPUPACK_HD constexpr batch_choice take_best(const batch_desk<Key>& desk, std::uint32_t tree,
                                                          const gpupack::request& request, const Scorer& scorer,
                                                          const Guide& guide) noexcept {
    const auto best = desk.trees.best(tree);
    if (best.number == tree_winner<Key>::none) return {};
    const node_id node{best.number};
    const policy::chosen_gpus chosen = policy::select_gpus(scorer, desk.on[node], request);
    detail::note(guide, desk.on[node], chosen.gpus, -1);
    desk.on.take(node, request, chosen.gpus, chosen.slots);
    detail::note(guide, desk.on[node], chosen.gpus, 1);
    return {node, chosen.gpus, chosen.slots};
}

/// Notes that the node changed, and with it the groups that it belongs to.
template <class Key>
GPUPACK_HD constexpr void log_change(const batch_desk<Key>& desk, std::uint32_t node) noexcept {
    const tree_levels& levels = desk.trees.levels;
    const std::uint32_t now = *desk.logged;
    desk.latest[node] = now;
    for (std::uint32_t level = 0; level < levels.depth; ++level)
        desk.latest[levels.entrants + levels.level_at[level] + tree_levels::group_of(node, level)] = now;
    desk.log[now] = node;
    *desk.logged = now + 1;
}

/// Empties a log that is full; every tree is filled anew when it is next asked.
template <class Key>
GPUPACK_HD constexpr void start_log_again(const batch_desk<Key>& desk, std::uint32_t trees) noexcept {
    for (std::uint32_t t = 0; t < trees; ++t) desk.seen[t] = batch_desk<Key>::unfilled;
    *desk.logged = 0;
}

/// How many threads measure nodes at once, and how many of those one thread joins.
inline constexpr std::uint32_t span_parts = 1024;
inline constexpr std::uint32_t span_stride = 32;

/// Finds the span of what a guide measures on the nodes that a request fits; it stands in parts[0] then.
template <class Team, class Guide> GPUPACK_HD void measure_nodes(const Team& team, const writable_cluster_view& on,
                                                                 const gpupack::request& request, std::uint32_t shape,
                                                                 const Guide& guide, value_span* parts) {
    team.for_each(span_parts, [&](std::uint64_t part) {
        value_span seen;
        for (auto i = static_cast<std::uint32_t>(part); i < on.size; i += span_parts) {
            const node_view node = on[node_id{i}];
            policy::score value = 0;
            if (fit::fits(node, request) && guide.measure(node, request, shape, value)) seen.offer(value);
        }
        parts[part] = seen;
    });
    team.for_each(span_parts / span_stride, [&](std::uint64_t part) {
        const auto first = static_cast<std::uint32_t>(part) * span_stride;
        for (std::uint32_t i = first + 1; i < first + span_stride; ++i) parts[first].join(parts[i]);
    });
    team.once([&] {
        for (std::uint32_t i = span_stride; i < span_parts; i += span_stride) parts[0].join(parts[i]);
    });
}

/// The requests of a batch in flat arrays.
///
/// shapes    [distinct requests]
/// shape_of, tree_of  [requests]
/// choices   [requests]  where each went; written
struct batch_stream {
    const batch_shape* shapes = nullptr;
    const std::uint32_t* shape_of = nullptr;
    const std::uint32_t* tree_of = nullptr;
    batch_choice* choices = nullptr;
};

/// Places the requests first to last - 1 in their order, one after the other, by trees that are kept.
///
/// guide  a shape_guide
template <class Team, class Key, class Guide> GPUPACK_HD void walk(const Team& team, const batch_desk<Key>& desk,
                                                                   const batch_stream& request, const Guide& guide,
                                                                   std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t r = first; r < last; ++r) {
        const std::uint32_t shape = request.shape_of[r];
        const std::uint32_t tree = request.tree_of[r];
        const gpupack::request& taken = request.shapes[shape].taken;
        const auto& scorer = guide.scorers[shape];
        const std::uint32_t now = *desk.logged;
        catch_up(team, desk, tree, taken, scorer, desk.seen[tree], now);
        team.once([&] {
            desk.seen[tree] = now;
            const batch_choice chosen = take_best(desk, tree, taken, scorer, guide);
            if (chosen.placed()) log_change(desk, chosen.node.number());
            request.choices[r] = chosen;
        });
    }
}

/// The same for policies that look at the whole cluster: each decision has a scorer of its own, and scores every node
/// into the one tree.
///
/// made     [1]           the scorer of the decision
/// parts    [span_parts]  of the span that guides which measure are told of
/// ordinal  of the decision for the request 0
template <class Team, class Key, class Guide>
GPUPACK_HD void walk_scanning(const Team& team, const batch_desk<Key>& desk, const batch_stream& request,
                              const Guide& guide, typename Guide::scorer_type* made, value_span* parts,
                              std::uint64_t ordinal, std::uint32_t first, std::uint32_t last) {
    team.once([&] { detail::begin(guide, *made); });
    for (std::uint32_t r = first; r < last; ++r) {
        const std::uint32_t shape = request.shape_of[r];
        const gpupack::request& taken = request.shapes[shape].taken;
        if constexpr (measuring<Guide>) measure_nodes(team, desk.on, taken, shape, guide, parts);
        team.once([&] { guide.prepare(*made, shape, ordinal + r, parts[0]); });
        catch_up(team, desk, 0, taken, *made, batch_desk<Key>::unfilled, 0);
        team.once([&] { request.choices[r] = take_best(desk, 0, taken, *made, guide); });
    }
}

} // namespace detail

} // namespace gpupack::gpu
