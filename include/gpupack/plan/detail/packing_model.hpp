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
///
/// whole    takes its GPUs whole; else a piece on each
/// compute  milli-GPUs on each GPU
/// count    how many arrived
struct packed_shape {
    gpupack::request request;
    bool whole = false;
    std::int64_t gpus = 0;
    std::int64_t compute = 0;
    std::int64_t cpu = 0;
    std::int64_t memory = 0;
    std::int64_t count = 0;

    /// Milli-GPUs that one of them asks for.
    [[nodiscard]] std::int64_t value() const noexcept { return gpus * compute; }
    /// Parts that are packed one by one: a whole task is one, a task of slices has a piece on each GPU.
    [[nodiscard]] std::int64_t pieces() const noexcept { return whole ? 1 : gpus; }
};

/// Nodes that are alike.
///
/// gpus     of each, all taken to be as large as the largest
/// compute  milli-GPUs of that largest
/// models   of its GPUs
/// fitting  shapes, by number, ascending, of which one fits the node when it is empty
struct packed_kind {
    std::int64_t nodes = 0;
    std::int64_t cpu = 0;
    std::int64_t memory = 0;
    std::int64_t gpus = 0;
    std::int64_t compute = 0;
    model_set models{};
    std::vector<std::size_t> fitting;
};

/// What hindsight_bound packs: the shapes that arrived and the types of nodes, with every relaxation but the dual one.
///
/// step  divides all compute of slices and of GPUs
struct packing_model {
    std::vector<packed_shape> shapes;
    std::vector<packed_kind> types;
    std::int64_t step = 1;
};

/// More shapes than that are told apart only roughly.
inline constexpr std::size_t most_shapes = 384;

/// The shapes of a mix that ask for compute; CPU and memory rounded down by `bits` bits, which only makes tasks smaller.
[[nodiscard]] inline std::vector<packed_shape> shapes_of(const task_mix& arrived, int bits) {
    task_mix rounded;
    for (const task_mix::entry& each : arrived.entries()) {
        gpupack::request request = each.request;
        if (request.total_compute().count() == 0) continue;
        request.ids = {}; // by id, no two nodes would be alike
        request.cpu = milli_cpu{request.cpu.count() >> bits << bits};
        request.memory = mebibytes{request.memory.count() >> bits << bits};
        rounded.add(request, each.count);
    }
    std::vector<packed_shape> shapes;
    for (const auto& [request, count] : rounded.entries())
        shapes.push_back({request, request.share.way() == sharing::exclusive, request.gpus, request.share.compute().count(),
                          request.cpu.count(), request.memory.count(), count});
    return shapes;
}

/// More kinds than that are told apart only roughly.
inline constexpr std::size_t most_kinds = 128;

/// The kinds with CPU and memory rounded up by `bits` bits, which only makes nodes larger, those alike then as one.
[[nodiscard]] inline std::vector<packed_kind> merged(const std::vector<packed_kind>& types, int bits) {
    using key = std::tuple<std::int64_t, std::int64_t, std::uint64_t, std::int64_t, std::int64_t>;
    const auto up = [bits](std::int64_t amount) {
        const std::int64_t over = (std::int64_t{1} << bits) - 1;
        return (amount + over) >> bits << bits;
    };
    std::map<key, packed_kind> made;
    for (const packed_kind& each : types) {
        const std::int64_t cpu = up(each.cpu);
        const std::int64_t memory = up(each.memory);
        const auto [at, is_new] =
            made.try_emplace({each.gpus, each.compute, each.models.bits(), cpu, memory}, each);
        packed_kind& all = at->second;
        all.cpu = cpu;
        all.memory = memory;
        if (is_new) continue;
        all.nodes += each.nodes;
        std::vector<std::size_t> either;
        std::set_union(all.fitting.begin(), all.fitting.end(), each.fitting.begin(), each.fitting.end(),
                       std::back_inserter(either));
        all.fitting = std::move(either);
    }
    std::vector<packed_kind> told;
    for (auto& [like, type] : made) told.push_back(std::move(type));
    return told;
}

[[nodiscard]] inline packing_model model_of(const cluster& on, const task_mix& arrived) {
    packing_model made;
    made.shapes = shapes_of(arrived, 0);
    for (int bits = 4; made.shapes.size() > most_shapes && bits < 32; bits += 2)
        made.shapes = shapes_of(arrived, bits);

    std::vector<std::int64_t> nodes(on.types().size());
    for (std::uint32_t i = 0; i < on.size(); ++i)
        ++nodes[static_cast<std::size_t>(&on[node_id{i}].type() - on.types().data())];
    std::int64_t step = 0;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        const node_type& type = on.types()[k];
        if (nodes[k] == 0 || type.gpu_count == 0) continue;
        packed_kind packed{nodes[k], type.cpu.count(), type.memory.count(), type.gpu_count, 0, type.models, {}};
        for (int g = 0; g < type.gpu_count; ++g)
            packed.compute = std::max<std::int64_t>(packed.compute, type.gpus[g].compute);
        const fit::idle_node empty{type};
        for (std::size_t s = 0; s < made.shapes.size(); ++s)
            if (fit::fits(empty.view(), made.shapes[s].request)) packed.fitting.push_back(s);
        step = std::gcd(step, packed.compute);
        made.types.push_back(std::move(packed));
    }
    const std::vector<packed_kind> all = made.types;
    for (int bits = 4; made.types.size() > most_kinds && bits < 32; bits += 2) made.types = merged(all, bits);
    for (const packed_shape& each : made.shapes)
        if (!each.whole) step = std::gcd(step, each.compute);
    made.step = std::max<std::int64_t>(step, 1);
    return made;
}

} // namespace gpupack::plan::detail
