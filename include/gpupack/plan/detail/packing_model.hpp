// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/slot_graph.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/model_set.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Tasks that arrived and are alike to a packing.
struct packed_class {
    gpupack::request request;
    std::int64_t gpus = 0;            ///< GPUs of a task.
    std::int64_t cpu = 0;             ///< Milli-cores.
    std::int64_t memory = 0;          ///< MiB.
    std::int64_t count = 0;           ///< Tasks that arrived.
    std::optional<std::int64_t> size; ///< What a task counts for wherever it is; none: what it takes of its GPUs.
    std::int64_t value = 0;           ///< What one task counts for at most, in units of packing_model::scale.

    /// Whether it takes its GPUs whole; else a part of each.
    [[nodiscard]] bool whole() const noexcept { return request.share.way() == sharing::exclusive; }

    friend bool operator==(const packed_class&, const packed_class&) = default;
};

/// What is packed one by one: a task on whole GPUs, the piece that a task has on one GPU, or some part of such pieces where
/// they may be divided at will.
struct packed_item {
    std::size_t number = 0; ///< The class, as an index.
    /// How much it takes: of whole GPUs their number; else steps along the two axes of the packed_fill; or rows is the
    /// group of the profile, in a slot_graph.
    std::int64_t rows = 0;
    std::int64_t columns = 0; ///< See rows.
    std::int64_t value = 0;   ///< What it counts for at most, in units of packing_model::scale.
    std::int64_t part = 1;    ///< It is part / parts of a task.
    std::int64_t parts = 1;   ///< See part.
    bool divided = false;     ///< Whether less than all of it may be there.

    friend bool operator==(const packed_item&, const packed_item&) = default;
};

/// A way to fill one GPU: with slices, up to so many steps along two axes, such as its compute and its memory; or with
/// instances in the slots of a partition_table.
struct packed_fill {
    std::int64_t rows = 0;          ///< Steps that there are along the first axis.
    std::int64_t columns = 0;       ///< Steps that there are along the second.
    slot_graph slots;               ///< Of instances; empty for slices.
    std::vector<packed_item> items; ///< By rows, then by columns, then by class.

    /// How many states the GPU may be in, or more.
    [[nodiscard]] std::size_t states() const noexcept {
        return slots.empty() ? static_cast<std::size_t>((rows + 1) * (columns + 1)) : slots.states();
    }

    friend bool operator==(const packed_fill&, const packed_fill&) = default;
};

/// Nodes that are alike to a packing.
struct packed_node_type {
    std::int64_t nodes = 0;           ///< How many there are.
    std::int64_t cpu = 0;             ///< Milli-cores of each.
    std::int64_t memory = 0;          ///< MiB of each.
    std::int64_t gpus = 0;            ///< Of each.
    model_set models{};               ///< Of its GPUs.
    std::vector<std::size_t> kinds;   ///< Its GPUs without their number: indices into a list of capacities, ascending.
    std::vector<std::size_t> fitting; ///< Indices of the classes that fit an empty node, ascending.
    std::vector<packed_item> wholes;  ///< Tasks on whole GPUs, by class.
    std::vector<packed_fill> fills;   ///< The ways to fill one of its GPUs, of which each GPU has the best.

    friend bool operator==(const packed_node_type&, const packed_node_type&) = default;
};

/// What hindsight_bound packs: the classes of tasks that arrived and the node types, with every relaxation but the dual
/// one. It is made by model_of.
struct packing_model {
    std::vector<packed_class> classes;
    std::vector<packed_node_type> types;
    std::int64_t step = 1;  ///< Divides all compute of slices and of GPUs.
    std::int64_t scale = 1; ///< Values and prices are integers, so many to a milli-GPU or to a unit of size.
    std::int64_t unit = 1;  ///< So many milli-GPUs or units of size are about one GPU; only the search looks at it.
};

} // namespace gpupack::plan::detail
