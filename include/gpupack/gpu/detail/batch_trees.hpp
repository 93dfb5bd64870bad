// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The levels of a tree of groups of sixteen over some entrants; one for all trees, as they have the same entrants.
///
/// level_at, count_at  [depth]  where a level's winners stand within a tree's, and how many there are
/// winners             of one tree
struct tree_levels {
    static constexpr std::uint32_t width = 16;
    static constexpr std::uint32_t most = 8; // 16^8 = 2^32

    std::uint32_t entrants = 0;
    std::uint32_t depth = 0;
    std::uint32_t winners = 0;
    std::uint32_t level_at[most] = {};
    std::uint32_t count_at[most] = {};

    tree_levels() = default;
    GPUPACK_HD explicit constexpr tree_levels(std::uint32_t nodes) noexcept : entrants{nodes} {
        std::uint32_t count = nodes;
        do {
            count = count == 0 ? 1 : (count - 1) / width + 1;
            level_at[depth] = winners;
            count_at[depth++] = count;
            winners += count;
        } while (count > 1);
    }

    /// The group that a number belongs to at a level.
    [[nodiscard]] GPUPACK_HD static constexpr std::uint32_t group_of(std::uint32_t number,
                                                                     std::uint32_t level) noexcept {
        return static_cast<std::uint32_t>(std::uint64_t{number} >> (4 * (level + 1)));
    }

    /// Bytes of one tree.
    template <class Key> [[nodiscard]] GPUPACK_HD constexpr std::size_t bytes() const noexcept {
        return entrants * (sizeof(Key) + sizeof(gpu_set) + 1) + winners * sizeof(ranked_node<Key>);
    }
};

/// A tournament of the cluster's nodes for each of some request shapes, as flat arrays: search::tournament for many
/// threads. Threads change different entrants, then settle the groups above them, level by level.
///
/// keys     [trees, entrants]
/// chosen   [trees, entrants]  the GPUs that the score is of, where ranking a node finds them (policy::ranks_choices)
/// entered  [trees, entrants]  0 or 1: a byte each, so that neighbours may be written at once
/// winners  [trees, levels.winners]
template <class Key> struct batch_trees {
    using winner = ranked_node<Key>;

    Key* keys = nullptr;
    gpu_set* chosen = nullptr;
    std::uint8_t* entered = nullptr;
    winner* winners = nullptr;
    tree_levels levels{};

    /// Enters with that key, or changes to it.
    GPUPACK_HD constexpr void enter(std::uint32_t tree, std::uint32_t number, const Key& key,
                                    gpu_set gpus = {}) const noexcept {
        keys[at(tree, number)] = key;
        chosen[at(tree, number)] = gpus;
        entered[at(tree, number)] = 1;
    }
    /// Leaves, where it had entered.
    GPUPACK_HD constexpr void leave(std::uint32_t tree, std::uint32_t number) const noexcept {
        entered[at(tree, number)] = 0;
    }

    /// What one place of a group offers, of the level below, which must be settled; none where nobody stands there.
    ///
    /// @param place  from 0 to tree_levels::width - 1
    [[nodiscard]] GPUPACK_HD constexpr winner offered(std::uint32_t tree, std::uint32_t level, std::uint32_t group,
                                                      std::uint32_t place) const noexcept {
        const std::uint32_t number = group * tree_levels::width + place;
        if (number >= (level == 0 ? levels.entrants : levels.count_at[level - 1])) return {};
        if (level > 0) return winners[std::size_t{tree} * levels.winners + levels.level_at[level - 1] + number];
        return entered[at(tree, number)] == 0 ? winner{} : winner{keys[at(tree, number)], node_id{number}};
    }
    /// Notes the winner of a group.
    GPUPACK_HD constexpr void note(std::uint32_t tree, std::uint32_t level, std::uint32_t group,
                                   const winner& best) const noexcept {
        winners[std::size_t{tree} * levels.winners + levels.level_at[level] + group] = best;
    }
    /// Finds the winner of one group.
    GPUPACK_HD constexpr void settle(std::uint32_t tree, std::uint32_t level, std::uint32_t group) const noexcept {
        winner best;
        for (std::uint32_t place = 0; place < tree_levels::width; ++place)
            if (const winner next = offered(tree, level, group, place); next.precedes(best)) best = next;
        note(tree, level, group, best);
    }

    /// The best of all, once all levels are settled; none where nobody can enter.
    [[nodiscard]] GPUPACK_HD constexpr winner best(std::uint32_t tree) const noexcept {
        if (levels.entrants == 0) return {};
        return winners[std::size_t{tree} * levels.winners + levels.winners - 1];
    }
    /// The GPUs that the node's score is of.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set chosen_on(std::uint32_t tree, node_id node) const noexcept {
        return chosen[at(tree, node.number())];
    }

  private:
    [[nodiscard]] GPUPACK_HD constexpr std::size_t at(std::uint32_t tree, std::uint32_t number) const noexcept {
        return std::size_t{tree} * levels.entrants + number;
    }
};

} // namespace gpupack::gpu::detail
