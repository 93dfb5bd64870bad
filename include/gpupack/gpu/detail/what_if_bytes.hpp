// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/fall_choice.hpp>
#include <gpupack/gpu/detail/what_if_replay.hpp>
#include <gpupack/gpu/detail/what_if_workspace.hpp>
#include <gpupack/replay/what_if_result.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

// Replays whose scores are bytes, so that those of all nodes for a request class are read in one step: nothing is caught up and
// no tree is settled. A placement changes one node, which is scored again for all classes at once.
namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The most nodes of such a replay, whose numbers stand beside a score in 32 bits.
inline constexpr std::uint32_t most_byte_nodes = (1U << 20) - 1;

/// What every node scores for every request class.
template <class Scorer> struct byte_scores {
    const what_if_view<Scorer>& world;
    const Scorer* scorers;         ///< [classes]
    writable_cluster_view cluster; ///< Of the replay.
    std::uint8_t* scores;          ///< [classes, row] plus one; 0 where the request does not fit.
    std::uint8_t* chosen;          ///< [classes, row] the GPUs that the score is of.
    std::uint32_t row;             ///< score_row.

    /// Scores a node for a class; beyond the last one, it fits nothing.
    GPUPACK_HD void look_at(std::uint32_t nth, std::uint32_t n) const noexcept {
        std::uint8_t& score = scores[std::size_t{nth} * row + n];
        score = 0;
        if (n >= cluster.size) return;
        const type_glance& least = world.falls.of_class(nth)[cluster.type_of[n]];
        const fall_choice best =
            choice_by_fall(cluster[node_id{n}], cluster.nodes[n], world.classes[nth].effective, least, scorers[nth]);
        score = static_cast<std::uint8_t>(best.score);
        chosen[std::size_t{nth} * row + n] = static_cast<std::uint8_t>(best.gpus.bits());
    }

    /// The best of four nodes for a class: its score, and after it the node, the lower the higher; 0 for none.
    [[nodiscard]] GPUPACK_HD std::uint32_t best_of_four(std::uint32_t nth, std::uint64_t group) const noexcept {
        std::uint8_t four[4];
        std::memcpy(four, __builtin_assume_aligned(scores + std::size_t{nth} * row + group * 4, 4), 4);
        std::uint32_t best = 0;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const std::uint32_t here = four[i] == 0 ? 0
                                                    : std::uint32_t{four[i]} << 20 |
                                                          (most_byte_nodes - static_cast<std::uint32_t>(group * 4 + i));
            best = here > best ? here : best;
        }
        return best;
    }

    /// The node of such a number.
    [[nodiscard]] GPUPACK_HD static constexpr std::uint32_t node_of(std::uint32_t best) noexcept {
        return most_byte_nodes - (best & most_byte_nodes);
    }

    /// Takes the best choice, if there is one.
    [[nodiscard]] GPUPACK_HD selection take(std::uint32_t nth, std::uint32_t best) const noexcept {
        if (best == 0) return {};
        const std::uint32_t n = node_of(best);
        const selection choice{node_id{n}, gpu_set::from_bits(chosen[std::size_t{nth} * row + n]), {}};
        (void)cluster.take(choice.node, world.classes[nth].effective, choice.gpus);
        return choice;
    }
};

/// Makes one replay, as replay_scenario does, in a workspace without trees.
template <class Team, class Key, class Scorer>
GPUPACK_HD void replay_by_bytes(const Team& team, const what_if_view<Scorer>& world,
                                const what_if_workspace<Key>& workspace, const flat_scenario& scenario,
                                const std::uint32_t* removed, replay::what_if_result& result) {
    set_up(team, world, workspace, scenario, removed);
    what_if_progress& progress = *workspace.progress;
    const writable_cluster_view cluster = cluster_of(world, workspace);
    const byte_scores<Scorer> board{world,
                                    world.scorers + std::size_t{scenario.variant} * world.class_count,
                                    cluster,
                                    workspace.scores,
                                    workspace.chosen,
                                    score_row(cluster.size)};
    team.for_each(std::uint64_t{world.class_count} * board.row, [&](std::uint64_t i) {
        board.look_at(static_cast<std::uint32_t>(i / board.row), static_cast<std::uint32_t>(i % board.row));
    });
    team.once([&] { result = {}; });
    for (std::uint64_t task = progress.task; task != progress.stream.end; task = progress.task) {
        const std::uint32_t nth = world.class_of[task];
        const std::uint32_t best =
            team.highest(board.row / 4, [&](std::uint64_t group) { return board.best_of_four(nth, group); });
        team.both([&] { note_outcome(world, workspace, task, nth, board.take(nth, best), result, nullptr); },
                  [&] { progress.task = progress.stream.next(); });
        if (best != 0)
            team.for_each(world.class_count, [&](std::uint64_t each) {
                board.look_at(static_cast<std::uint32_t>(each), board.node_of(best));
            });
    }
    add_up(team, cluster, world.expected, workspace, result);
}

} // namespace gpupack::gpu::detail
