// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/batch_workspace.hpp>
#include <gpupack/gpu/detail/fall_choice.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/workload/arrival_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// A scenario as a device reads it: replay::what_if_scenario with its removed nodes in a list of all scenarios.
struct flat_scenario {
    std::uint64_t seed = 0;
    std::int64_t arriving = 0;
    std::uint32_t variant = 0;
    std::uint32_t first_removed = 0; ///< In the list of removed nodes.
    std::uint32_t last_removed = 0;  ///< One past the last.
    replay::drawn_order tasks = replay::drawn_order::by_seed;
    replay::drawn_order nodes = replay::drawn_order::by_seed;
};

static_assert(std::is_trivially_copyable_v<flat_scenario>);

/// What all scenarios share, in the memory of whoever replays.
template <class Scorer> struct what_if_view {
    cluster_view base{};                          ///< The cluster at the start.
    std::uint32_t gpu_count = 0;                  ///< GPUs of the cluster.
    const plan::request_class* classes = nullptr; ///< [class_count]
    std::uint32_t class_count = 0;                ///< Request classes.
    const std::uint32_t* class_of = nullptr;      ///< [task_count]
    const std::int32_t* compute = nullptr;        ///< [task_count] Milli-GPUs that a task asks for.
    std::uint32_t task_count = 0;                 ///< Tasks.
    const Scorer* scorers = nullptr;              ///< [variants, class_count]
    std::int64_t rounding_overhead = 0;    ///< Milli-GPUs that placements hold at the start beyond what was asked.
    policy::fragmentation_view expected{}; ///< What fragmentation is measured by.
    fall_glances falls{};                  ///< Of the request classes.
};

/// How many threads add up what is left of the nodes at the end.
inline constexpr std::uint32_t what_if_parts = 64;

/// What one part of the nodes adds up to at the end of a replay.
struct what_if_part {
    std::int64_t capacity = 0;
    std::int64_t held = 0;
    std::int64_t fragmented = 0;
};

/// How far a replay is.
struct what_if_progress {
    workload::arrival_stream<std::uint32_t> stream{};
    std::uint64_t task = 0;             ///< The one that arrives next.
    std::int64_t rounding_overhead = 0; ///< Milli-GPUs that tasks hold beyond what they asked for.
    std::uint32_t nodes = 0;            ///< Nodes that are there.
};

/// The memory of one replay.
template <class Key> struct what_if_workspace {
    batch_workspace<Key> batch{};
    std::uint32_t* type_of = nullptr;     ///< [nodes]
    std::uint32_t* first_gpu = nullptr;   ///< [nodes]
    std::uint32_t* node_order = nullptr;  ///< [nodes] The base's number of each node that is there.
    std::uint32_t* task_order = nullptr;  ///< [tasks]
    std::uint8_t* scores = nullptr;       ///< [classes, score_row] Without trees: byte_scores.
    std::uint8_t* chosen = nullptr;       ///< [classes, score_row] Without trees: the GPUs that a byte's score is of.
    what_if_part* parts = nullptr;        ///< [what_if_parts]
    what_if_progress* progress = nullptr; ///< [1]
};

/// Bytes of a row of scores, one for each node.
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t score_row(std::uint32_t nodes) noexcept {
    return (nodes + 3) / 4 * 4;
}

/// How the memory of one replay is divided: with trees, or without them where scores are bytes. Its log has room for eight changes a node: when it is full, which happens once
/// in so many placements, all trees are filled again.
template <class Key> class workspace_layout {
  public:
    /// @param world     what is replayed
    /// @param by_bytes  whether there are no trees
    template <class Scorer>
    GPUPACK_HD explicit constexpr workspace_layout(const what_if_view<Scorer>& world, bool by_bytes = false) noexcept
        : nodes_{world.base.size}, gpus_{world.gpu_count}, tasks_{world.task_count}, classes_{world.class_count},
          by_bytes_{by_bytes} {}

    /// Bytes of one replay, a multiple of 16.
    [[nodiscard]] GPUPACK_HD constexpr std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        (void)divide([&](std::size_t size) {
            sum += aligned(size);
            return static_cast<unsigned char*>(nullptr);
        });
        return sum;
    }

    /// The workspace in that memory.
    ///
    /// @param memory  bytes(), aligned to 16
    [[nodiscard]] GPUPACK_HD what_if_workspace<Key> place_at(unsigned char* memory) const noexcept {
        return divide([&](std::size_t size) {
            unsigned char* const part = memory;
            memory += aligned(size);
            return part;
        });
    }

  private:
    [[nodiscard]] GPUPACK_HD static constexpr std::size_t aligned(std::size_t bytes) noexcept {
        return (bytes + 15) / 16 * 16;
    }

    template <class Type, class Next> GPUPACK_HD static Type* take(Next& next, std::size_t count) noexcept {
        return reinterpret_cast<Type*>(next(count * sizeof(Type)));
    }

    template <class Next> [[nodiscard]] GPUPACK_HD what_if_workspace<Key> divide(Next&& next) const noexcept {
        const tree_levels levels{nodes_};
        const std::size_t trees = by_bytes_ ? 0 : classes_;
        what_if_workspace<Key> made;
        made.batch.cluster.nodes = take<node_state>(next, nodes_);
        made.batch.cluster.gpus = take<gpu_state>(next, gpus_);
        made.type_of = take<std::uint32_t>(next, nodes_);
        made.first_gpu = take<std::uint32_t>(next, nodes_);
        made.batch.trees.keys = take<Key>(next, trees * levels.entrants);
        made.batch.trees.chosen = take<gpu_set>(next, trees * levels.entrants);
        made.batch.trees.entered = take<std::uint8_t>(next, trees * levels.entrants);
        made.batch.trees.winners = take<ranked_node<Key>>(next, trees * levels.winners);
        made.batch.seen = take<std::uint32_t>(next, classes_);
        made.batch.latest = take<std::uint32_t>(next, std::size_t{nodes_} + levels.winners);
        made.batch.log_capacity = by_bytes_ ? 0 : 8 * nodes_ + 1;
        made.batch.log = take<std::uint32_t>(next, made.batch.log_capacity);
        made.batch.logged = take<std::uint32_t>(next, 1);
        made.node_order = take<std::uint32_t>(next, nodes_);
        made.task_order = take<std::uint32_t>(next, tasks_);
        const std::size_t bytes = by_bytes_ ? std::size_t{classes_} * score_row(nodes_) : 0;
        made.scores = take<std::uint8_t>(next, bytes);
        made.chosen = take<std::uint8_t>(next, bytes);
        made.parts = take<what_if_part>(next, what_if_parts);
        made.progress = take<what_if_progress>(next, 1);
        return made;
    }

    std::uint32_t nodes_;
    std::uint32_t gpus_;
    std::uint32_t tasks_;
    std::uint32_t classes_;
    bool by_bytes_;
};

/// What workspaces are allocated in: 16 bytes, as they are aligned.
struct alignas(16) workspace_unit {
    unsigned char bytes[16];
};

} // namespace gpupack::gpu::detail
