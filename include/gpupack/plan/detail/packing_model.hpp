// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/model_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Tasks that arrived and are alike to a packing.
struct packed_class {
    gpupack::request request;
    bool whole = false;       ///< Takes its GPUs whole; else a slice of each.
    std::int64_t gpus = 0;    ///< GPUs of a task.
    std::int64_t compute = 0; ///< Milli-GPUs of each GPU.
    std::int64_t cpu = 0;     ///< Milli-cores.
    std::int64_t memory = 0;  ///< MiB.
    std::int64_t count = 0;   ///< Tasks that arrived.

    /// Milli-GPUs that one task asks for.
    [[nodiscard]] std::int64_t value() const noexcept { return gpus * compute; }
    /// Parts that are packed one by one: a whole task is one, a task of slices has a piece on each GPU.
    [[nodiscard]] std::int64_t pieces() const noexcept { return whole ? 1 : gpus; }
};

/// Nodes that are alike to a packing.
struct packed_node_type {
    std::int64_t nodes = 0;           ///< How many there are.
    std::int64_t cpu = 0;             ///< Milli-cores of each.
    std::int64_t memory = 0;          ///< MiB of each.
    std::int64_t gpus = 0;            ///< Of each, all taken to be as large as the largest.
    std::int64_t compute = 0;         ///< Milli-GPUs of that largest GPU.
    model_set models{};               ///< Of its GPUs.
    std::vector<std::size_t> fitting; ///< Indices of the classes that fit an empty node, ascending.
};

/// What hindsight_bound packs: the classes of tasks that arrived and the node types, with every relaxation but the dual
/// one.
struct packing_model {
    std::vector<packed_class> classes;
    std::vector<packed_node_type> types;
    std::int64_t step = 1; ///< Divides all compute of slices and of GPUs.
};

/// How many classes of tasks are told apart at most.
inline constexpr std::size_t most_classes = 384;
/// How many node types are told apart at most.
inline constexpr std::size_t most_types = 128;

/// The classes of a mix that ask for compute. CPU and memory are rounded down by some bits, which only makes tasks smaller.
[[nodiscard]] inline std::vector<packed_class> classes_of(const task_mix& arrived, int bits) {
    task_mix rounded;
    for (const task_mix::entry& each : arrived.entries()) {
        gpupack::request request = each.request;
        if (request.total_compute().count() == 0) continue;
        request.ids = {}; // by id, no two nodes would be alike
        request.cpu = milli_cpu{request.cpu.count() >> bits << bits};
        request.memory = mebibytes{request.memory.count() >> bits << bits};
        rounded.add(request, each.count);
    }
    std::vector<packed_class> classes;
    for (const task_mix::entry& each : rounded.entries())
        classes.push_back({.request = each.request,
                           .whole = each.request.share.way() == sharing::exclusive,
                           .gpus = each.request.gpus,
                           .compute = each.request.share.compute().count(),
                           .cpu = each.request.cpu.count(),
                           .memory = each.request.memory.count(),
                           .count = each.count});
    return classes;
}

/// Node types with CPU and memory rounded up by some bits, which only makes nodes larger; those alike then are one.
[[nodiscard]] inline std::vector<packed_node_type> merged(const std::vector<packed_node_type>& types, int bits) {
    using key = std::tuple<std::int64_t, std::int64_t, std::uint64_t, std::int64_t, std::int64_t>;
    const auto rounded_up = [bits](std::int64_t amount) {
        const std::int64_t below = (std::int64_t{1} << bits) - 1;
        return (amount + below) >> bits << bits;
    };
    std::map<key, packed_node_type> by_key;
    for (const packed_node_type& each : types) {
        const std::int64_t cpu = rounded_up(each.cpu);
        const std::int64_t memory = rounded_up(each.memory);
        const auto [entry, is_new] =
            by_key.try_emplace({each.gpus, each.compute, each.models.bits(), cpu, memory}, each);
        packed_node_type& all = entry->second;
        all.cpu = cpu;
        all.memory = memory;
        if (is_new) continue;
        all.nodes += each.nodes;
        std::vector<std::size_t> either;
        std::set_union(all.fitting.begin(), all.fitting.end(), each.fitting.begin(), each.fitting.end(),
                       std::back_inserter(either));
        all.fitting = std::move(either);
    }
    std::vector<packed_node_type> merged_types;
    for (auto& [key_of_type, type] : by_key) merged_types.push_back(std::move(type));
    return merged_types;
}

/// The node types of a cluster that have GPUs and nodes.
[[nodiscard]] inline std::vector<packed_node_type> types_of(const cluster& cluster,
                                                            const std::vector<packed_class>& classes) {
    std::vector<std::int64_t> nodes(cluster.types().size());
    for (std::uint32_t i = 0; i < cluster.size(); ++i)
        ++nodes[static_cast<std::size_t>(&cluster.node_at(i).type() - cluster.types().data())];
    std::vector<packed_node_type> types;
    for (std::size_t t = 0; t < nodes.size(); ++t) {
        const node_type& type = cluster.types()[t];
        if (nodes[t] == 0 || type.gpu_count == 0) continue;
        packed_node_type packed{nodes[t], type.cpu.count(), type.memory.count(), type.gpu_count, 0, type.models, {}};
        for (int g = 0; g < type.gpu_count; ++g)
            packed.compute = std::max<std::int64_t>(packed.compute, type.gpus[g].compute);
        const fit::idle_node empty{type};
        for (std::size_t c = 0; c < classes.size(); ++c)
            if (fit::fits(empty.view(), classes[c].request)) packed.fitting.push_back(c);
        types.push_back(std::move(packed));
    }
    return types;
}

/// The model of a cluster and of the tasks that arrived there.
[[nodiscard]] inline packing_model model_of(const cluster& cluster, const task_mix& arrived) {
    packing_model model;
    model.classes = classes_of(arrived, 0);
    for (int bits = 4; model.classes.size() > most_classes && bits < 32; bits += 2)
        model.classes = classes_of(arrived, bits);
    const std::vector<packed_node_type> all = types_of(cluster, model.classes);
    model.types = all;
    for (int bits = 4; model.types.size() > most_types && bits < 32; bits += 2) model.types = merged(all, bits);
    std::int64_t step = 0;
    for (const packed_node_type& each : all) step = std::gcd(step, each.compute);
    for (const packed_class& each : model.classes)
        if (!each.whole) step = std::gcd(step, each.compute);
    model.step = std::max<std::int64_t>(step, 1);
    return model;
}

} // namespace gpupack::plan::detail
