// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/gpu/batch_plan.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/batch_walk.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/workload/arrival_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Whether an order is drawn from a scenario's seed.
enum class drawn_order : std::uint8_t { by_seed, as_given };

/// A scenario as a device reads it: what_if_scenario with the removed nodes elsewhere.
///
/// first_removed, last_removed  in the list of removed nodes
struct flat_scenario {
    std::uint64_t seed = 0;
    std::int64_t arriving = 0;
    std::uint32_t variant = 0;
    std::uint32_t first_removed = 0;
    std::uint32_t last_removed = 0;
    drawn_order tasks = drawn_order::by_seed;
    drawn_order nodes = drawn_order::by_seed;
};

static_assert(std::is_trivially_copyable_v<flat_scenario>);

/// What came of a replay.
///
/// placed, failed  tasks
/// first_failure   how many tasks arrived before the first that failed; all of them, where none did
/// arrived         milli-GPUs that tasks asked for
/// allocated       milli-GPUs that tasks hold and have asked for at the end, those placed before counted in
/// capacity        milli-GPUs of all GPUs that are there
/// fragmented      of the whole cluster, in expected tasks times milli-GPUs
struct what_if_result {
    std::uint32_t placed = 0;
    std::uint32_t failed = 0;
    std::uint32_t first_failure = 0;
    std::int64_t arrived = 0;
    std::int64_t allocated = 0;
    std::int64_t capacity = 0;
    std::int64_t fragmented = 0;

    /// allocated in percent of capacity, as replay::allocated_percent; 0 where there is none.
    [[nodiscard]] double allocated_percent() const noexcept { return percent_of_capacity(allocated); }
    /// fragmented in percent of capacity, on average over the expected tasks, as replay::fragmented_percent.
    ///
    /// total  of the mix that fragmentation is measured by
    [[nodiscard]] double fragmented_percent(std::int64_t total) const noexcept {
        return total == 0 ? 0.0 : percent_of_capacity(fragmented) / static_cast<double>(total);
    }

    friend bool operator==(const what_if_result&, const what_if_result&) = default;

  private:
    [[nodiscard]] double percent_of_capacity(std::int64_t part) const noexcept {
        return capacity == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(capacity);
    }
};

/// One decision of a replay: which task came, and where it went; the node by its number before nodes are renumbered.
struct what_if_decision {
    std::uint32_t task = 0;
    batch_choice where{};
};

namespace detail {

/// What all scenarios share, in the memory of whoever replays.
///
/// base       the cluster at the start
/// shapes     [shape_count]
/// shape_of, compute  [task_count]  the shape of a task, and the milli-GPUs that it asks for
/// scorers    [variants, shape_count]
/// rounding_overhead    milli-GPUs that placements hold at the start without having asked for them
/// expected   what fragmentation is measured by
template <class Scorer> struct what_if_view {
    cluster_view base{};
    std::uint32_t gpu_count = 0;
    const batch_shape* shapes = nullptr;
    std::uint32_t shape_count = 0;
    const std::uint32_t* shape_of = nullptr;
    const std::int32_t* compute = nullptr;
    std::uint32_t task_count = 0;
    const Scorer* scorers = nullptr;
    std::int64_t rounding_overhead = 0;
    policy::fragmentation_view expected{};
};

/// How many threads add up what is left of the nodes at the end.
inline constexpr std::uint32_t what_if_parts = 64;

/// What one part of the nodes adds up to at the end of a replay.
struct what_if_part {
    std::int64_t capacity = 0;
    std::int64_t held = 0;
    std::int64_t fragmented = 0;
};

/// What a replay writes beside the desk.
///
/// task       the one that comes next
/// rounding_overhead    milli-GPUs that tasks hold without having asked for them
struct what_if_turn {
    workload::arrival_stream<std::uint32_t> stream{};
    std::uint64_t task = 0;
    std::int64_t rounding_overhead = 0;
    std::uint32_t nodes = 0;
};

/// The memory of one replay, carved.
///
/// node_order  [nodes]  the base's number of each node that is there
/// task_order  [tasks]
/// parts       [what_if_parts]
template <class Key> struct what_if_room {
    batch_desk<Key> desk{};
    std::uint32_t* type_of = nullptr;
    std::uint32_t* first_gpu = nullptr;
    std::uint32_t* node_order = nullptr;
    std::uint32_t* task_order = nullptr;
    what_if_part* parts = nullptr;
    what_if_turn* turn = nullptr;
};

/// How much memory a replay takes, and how it is carved. A log of eight changes a node: when it is full, all trees
/// are filled again, which happens once in so many placements.
template <class Key> class what_if_layout {
  public:
    template <class Scorer> GPUPACK_HD explicit constexpr what_if_layout(const what_if_view<Scorer>& of) noexcept
        : nodes_{of.base.size}, gpus_{of.gpu_count}, tasks_{of.task_count}, trees_{of.shape_count} {}

    /// Bytes of one replay, a multiple of 16.
    [[nodiscard]] GPUPACK_HD constexpr std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        (void)carve([&](std::size_t, std::size_t size) {
            sum += (size + 15) / 16 * 16;
            return static_cast<unsigned char*>(nullptr);
        });
        return sum;
    }

    /// The parts of so much memory from `memory` on, aligned to 16 bytes.
    [[nodiscard]] GPUPACK_HD what_if_room<Key> carve(unsigned char* memory) const noexcept {
        return carve([&](std::size_t, std::size_t size) {
            unsigned char* const at = memory;
            memory += (size + 15) / 16 * 16;
            return at;
        });
    }

  private:
    template <class Type, class Next> GPUPACK_HD static Type* take(Next& next, std::size_t count) noexcept {
        return reinterpret_cast<Type*>(next(alignof(Type), count * sizeof(Type)));
    }

    template <class Next>
    requires(!std::is_pointer_v<Next>)
        [[nodiscard]] GPUPACK_HD what_if_room<Key> carve(Next&& next) const noexcept {
        const tree_levels levels{nodes_};
        what_if_room<Key> room;
        writable_cluster_view& on = room.desk.on;
        on.nodes = take<node_state>(next, nodes_);
        on.gpus = take<gpu_state>(next, gpus_);
        room.type_of = take<std::uint32_t>(next, nodes_);
        room.first_gpu = take<std::uint32_t>(next, nodes_);
        batch_trees<Key>& trees = room.desk.trees;
        trees.keys = take<Key>(next, std::size_t{trees_} * levels.entrants);
        trees.entered = take<std::uint8_t>(next, std::size_t{trees_} * levels.entrants);
        trees.winners = take<tree_winner<Key>>(next, std::size_t{trees_} * levels.winners);
        room.desk.seen = take<std::uint32_t>(next, trees_);
        room.desk.latest = take<std::uint32_t>(next, std::size_t{nodes_} + levels.winners);
        room.desk.log_room = 8 * nodes_ + 1;
        room.desk.log = take<std::uint32_t>(next, room.desk.log_room);
        room.desk.logged = take<std::uint32_t>(next, 1);
        room.node_order = take<std::uint32_t>(next, nodes_);
        room.task_order = take<std::uint32_t>(next, tasks_);
        room.parts = take<what_if_part>(next, what_if_parts);
        room.turn = take<what_if_turn>(next, 1);
        return room;
    }

    std::uint32_t nodes_;
    std::uint32_t gpus_;
    std::uint32_t tasks_;
    std::uint32_t trees_;
};

/// Numbers the nodes that are there, and brings all of the room into its first state.
template <class Team, class Key, class Scorer>
GPUPACK_HD void set_up(const Team& team, const what_if_view<Scorer>& world, const what_if_room<Key>& room,
                       const flat_scenario& request, const std::uint32_t* removed) {
    std::uint32_t* const is_there = room.desk.latest; // until the replay starts
    team.for_each(world.base.size, [&](std::uint64_t n) { is_there[n] = 1; });
    team.for_each(request.last_removed - request.first_removed,
                  [&](std::uint64_t i) { is_there[removed[request.first_removed + i]] = 0; });
    team.for_each(world.gpu_count, [&](std::uint64_t g) { room.desk.on.gpus[g] = world.base.gpus[g]; });
    team.for_each(world.shape_count, [&](std::uint64_t t) { room.desk.seen[t] = batch_desk<Key>::unfilled; });
    team.once([&] {
        if (request.nodes == drawn_order::by_seed)
            workload::draw_order(room.node_order, world.base.size, request.seed, workload::seed_stream::node_order);
        std::uint32_t kept = 0;
        for (std::uint32_t i = 0; i < world.base.size; ++i) {
            const std::uint32_t node = request.nodes == drawn_order::by_seed ? room.node_order[i] : i;
            if (is_there[node] != 0) room.node_order[kept++] = node;
        }
        if (request.tasks == drawn_order::by_seed)
            workload::draw_order(room.task_order, world.task_count, request.seed, workload::seed_stream::task_order);
        else
            for (std::uint32_t i = 0; i < world.task_count; ++i) room.task_order[i] = i;
        *room.desk.logged = 0;
        *room.turn = {
            {room.task_order, world.compute, world.task_count, request.arriving, request.seed}, 0, world.rounding_overhead, kept};
        room.turn->task = room.turn->stream.next();
    });
    team.for_each(room.turn->nodes, [&](std::uint64_t i) {
        const std::uint32_t node = room.node_order[i];
        room.desk.on.nodes[i] = world.base.nodes[node];
        room.type_of[i] = world.base.type_of[node];
        room.first_gpu[i] = world.base.first_gpu[node];
    });
}

/// Adds up what is left of the nodes.
template <class Team, class Key>
GPUPACK_HD void add_up(const Team& team, const batch_desk<Key>& desk, const policy::fragmentation_view& expected,
                       what_if_part* parts, std::int64_t rounding_overhead, what_if_result& result) {
    team.for_each(what_if_parts, [&](std::uint64_t part) {
        what_if_part sum;
        for (auto i = static_cast<std::uint32_t>(part); i < desk.on.size; i += what_if_parts) {
            const node_view node = desk.on[node_id{i}];
            sum.capacity += node.compute().count();
            sum.held += (node.compute() - node.compute_free()).count();
            sum.fragmented += expected.fragmentation(node);
        }
        parts[part] = sum;
    });
    team.once([&] {
        for (std::uint32_t i = 0; i < what_if_parts; ++i) {
            result.capacity += parts[i].capacity;
            result.allocated += parts[i].held;
            result.fragmented += parts[i].fragmented;
        }
        result.allocated -= rounding_overhead;
    });
}

/// Makes one replay: draws what arrives, places it task by task as walk() places a batch, and adds up.
///
/// room      the team's own
/// removed   the list that scenarios point into
/// decisions  [tasks that arrive]  in order; null: not wanted
template <class Team, class Key, class Scorer>
GPUPACK_HD void replay_scenario(const Team& team, const what_if_view<Scorer>& world, const what_if_room<Key>& room,
                                const flat_scenario& request, const std::uint32_t* removed, what_if_result& result,
                                what_if_decision* decisions) {
    set_up(team, world, room, request, removed);
    batch_desk<Key> desk = room.desk;
    desk.on = {desk.on.nodes,    room.type_of,     room.first_gpu,       desk.on.gpus,
               world.base.types, room.turn->nodes, world.base.type_count};
    desk.trees.levels = tree_levels{desk.on.size};
    const Scorer* const scorers = world.scorers + std::size_t{request.variant} * world.shape_count;
    const shape_guide<Scorer> guide{scorers};
    what_if_turn& turn = *room.turn;
    team.once([&] { result = {}; });
    for (std::uint64_t task = turn.task; task != turn.stream.end; task = turn.task) {
        const std::uint32_t shape = world.shape_of[task];
        const gpupack::request& taken = world.shapes[shape].taken;
        const std::uint32_t now = *desk.logged;
        catch_up(team, desk, shape, taken, scorers[shape], desk.seen[shape], now);
        team.once([&] {
            desk.seen[shape] = now;
            batch_choice chosen = take_best(desk, shape, taken, scorers[shape], guide);
            if (chosen.placed()) {
                ++result.placed;
                turn.rounding_overhead += std::int64_t{world.shapes[shape].rounding_overhead} * taken.gpus;
                log_change(desk, chosen.node.number());
                if (*desk.logged == desk.log_room) start_log_again(desk, world.shape_count);
                chosen.node = node_id{room.node_order[chosen.node.number()]};
            } else {
                if (result.failed++ == 0) result.first_failure = result.placed;
            }
            if (decisions != nullptr)
                decisions[result.placed + result.failed - 1] = {static_cast<std::uint32_t>(task), chosen};
            turn.task = turn.stream.next();
        });
    }
    team.once([&] {
        if (result.failed == 0) result.first_failure = result.placed;
        result.arrived = turn.stream.arrived();
    });
    add_up(team, desk, world.expected, room.parts, turn.rounding_overhead, result);
}

/// What rooms are allocated in: 16 bytes, as they are aligned.
struct alignas(16) room_unit {
    unsigned char bytes[16];
};

/// Scenarios, dealt out to blocks that each have a room.
///
/// memory     [blocks, layout.bytes()]
/// scenarios, results  [count]
template <class Key, class Scorer> struct what_if_job {
    what_if_view<Scorer> world;
    what_if_layout<Key> layout;
    unsigned char* memory;
    const flat_scenario* scenarios;
    const std::uint32_t* removed;
    what_if_result* results;
    std::uint32_t count;
    std::uint32_t blocks;

    template <class Team> GPUPACK_HD void operator()(const Team& team, std::uint32_t block) const {
        const what_if_room<Key> room = layout.carve(memory + layout.bytes() * block);
        for (std::uint32_t s = block; s < count; s += blocks)
            replay_scenario(team, world, room, scenarios[s], removed, results[s], nullptr);
    }
};

} // namespace detail

} // namespace gpupack::gpu
