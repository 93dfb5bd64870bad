// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/plan/detail/gpu_fills.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/topology/gpu_capacity.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// How many classes of tasks are told apart at most.
inline constexpr std::size_t most_classes = 384;
/// How many node types are told apart at most.
inline constexpr std::size_t most_types = 128;
/// A value of 1 is so much in a packing_model, or less where sums would not be held in 64 bits.
inline constexpr std::int64_t price_scale = std::int64_t{1} << 20;

/// The classes of a mix that ask for GPUs. CPU and memory are rounded down by some bits, which only makes tasks smaller.
///
/// @param arrived  the tasks
/// @param sizes    [entries of arrived] what each task counts for; null: what it takes
/// @param bits     how many are rounded
[[nodiscard]] inline std::vector<packed_class> classes_of(const task_mix& arrived,
                                                          const std::vector<std::int64_t>* sizes, int bits) {
    std::vector<packed_class> classes;
    for (std::size_t i = 0; i < arrived.entries().size(); ++i) {
        packed_class made{.request = arrived.entries()[i].request};
        gpupack::request& request = made.request;
        if (request.gpus == 0) continue;
        request.ids = {}; // by id, no two nodes would be alike
        request.cpu = milli_cpu{request.cpu.count() >> bits << bits};
        request.memory = mebibytes{request.memory.count() >> bits << bits};
        made.gpus = request.gpus;
        made.cpu = request.cpu.count();
        made.memory = request.memory.count();
        if (sizes != nullptr) made.size = (*sizes)[i];
        auto known = std::find_if(classes.begin(), classes.end(), [&](const packed_class& each) {
            return each.size == made.size && each.request == made.request;
        });
        if (known == classes.end()) known = classes.insert(classes.end(), made);
        known->count += arrived.entries()[i].count;
    }
    return classes;
}

/// Node types with CPU and memory rounded up by some bits, which only makes nodes larger; those alike then are one.
[[nodiscard]] inline std::vector<packed_node_type> merged(const std::vector<packed_node_type>& types, int bits) {
    using key = std::tuple<std::int64_t, std::vector<std::size_t>, std::uint64_t, std::int64_t, std::int64_t>;
    const auto rounded_up = [bits](std::int64_t amount) {
        const std::int64_t below = (std::int64_t{1} << bits) - 1;
        return (amount + below) >> bits << bits;
    };
    std::map<key, packed_node_type> by_key;
    for (const packed_node_type& each : types) {
        const std::int64_t cpu = rounded_up(each.cpu);
        const std::int64_t memory = rounded_up(each.memory);
        const auto [entry, is_new] = by_key.try_emplace({each.gpus, each.kinds, each.models.bits(), cpu, memory}, each);
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

/// Makes the model of a cluster and of the tasks that arrived there.
class model_maker {
  public:
    /// @param cluster  must outlive this
    /// @param arrived  the tasks
    /// @param sizes    [entries of arrived] what each task counts for; null: what it takes
    model_maker(const cluster& cluster, const task_mix& arrived, const std::vector<std::int64_t>* sizes)
        : cluster_{cluster} {
        model_.classes = classes_of(arrived, sizes, 0);
        for (int bits = 4; model_.classes.size() > most_classes && bits < 32; bits += 2)
            model_.classes = classes_of(arrived, sizes, bits);
        for (const packed_class& each : model_.classes)
            asks_beyond_compute_ = asks_beyond_compute_ || beyond_compute(each);
        choose_scale();
    }

    /// The model.
    [[nodiscard]] packing_model make() {
        const std::vector<packed_node_type> all = types_of_cluster();
        model_.types = all;
        for (int bits = 4; model_.types.size() > most_types && bits < 32; bits += 2) model_.types = merged(all, bits);
        std::int64_t step = 0;
        for (const gpu_capacity& each : kinds_) step = std::gcd(step, std::int64_t{each.compute});
        for (const packed_class& each : model_.classes)
            if (!each.whole()) step = std::gcd(step, each.request.share.compute().count());
        model_.step = std::max<std::int64_t>(step, 1);
        for (packed_node_type& each : model_.types) fill(each);
        return std::move(model_);
    }

  private:
    /// Whether a class asks for something of GPUs that is not their compute.
    [[nodiscard]] static bool beyond_compute(const packed_class& each) noexcept {
        const share& share = each.request.share;
        return in_profiles(share.way()) || share.memory().count() > 0 || share.memory_part() > 0;
    }

    void choose_scale() {
        double total = 1;
        for (const packed_class& each : model_.classes) {
            const std::int64_t value = each.size.value_or(each.gpus * whole_gpu.count());
            total += static_cast<double>(value) * static_cast<double>(each.count);
            model_.unit = std::max(model_.unit, (value + each.gpus - 1) / each.gpus);
        }
        constexpr double most = 1e17; // leaves room for compute that is promised many times
        model_.scale = price_scale;
        while (model_.scale > 1 && total * static_cast<double>(model_.scale) > most) model_.scale /= 2;
    }

    /// The number of a GPU's kind: what it has beside that does not matter.
    [[nodiscard]] std::size_t kind_of(const gpu_capacity& gpu) {
        gpu_capacity kind;
        kind.compute = gpu.compute;
        if (asks_beyond_compute_) {
            kind.memory = gpu.memory;
            kind.mig = gpu.mig;
            kind.vgpu = gpu.vgpu;
        }
        kind.only = gpu.only;
        const auto known = std::find(kinds_.begin(), kinds_.end(), kind);
        if (known != kinds_.end()) return static_cast<std::size_t>(known - kinds_.begin());
        kinds_.push_back(kind);
        return kinds_.size() - 1;
    }

    /// Whether a class fits an empty node, perhaps rounded up to whole GPUs.
    [[nodiscard]] static bool fits_empty(const fit::idle_node& empty, const request& request) {
        return fit::fits(empty.view(), request) ||
               fit::fits(empty.view(), effective_request(request_rule::whole_gpus, request));
    }

    /// The node types of the cluster that have GPUs and nodes.
    [[nodiscard]] std::vector<packed_node_type> types_of_cluster() {
        std::vector<std::int64_t> nodes(cluster_.types().size());
        for (std::uint32_t i = 0; i < cluster_.size(); ++i)
            ++nodes[static_cast<std::size_t>(&cluster_.node_at(i).type() - cluster_.types().data())];
        std::vector<packed_node_type> types;
        for (std::size_t t = 0; t < nodes.size(); ++t) {
            const node_type& type = cluster_.types()[t];
            if (nodes[t] == 0 || type.gpu_count == 0) continue;
            packed_node_type packed{nodes[t], type.cpu.count(), type.memory.count(), type.gpu_count, type.models};
            for (int g = 0; g < type.gpu_count; ++g) packed.kinds.push_back(kind_of(type.gpus[g]));
            std::sort(packed.kinds.begin(), packed.kinds.end());
            packed.kinds.erase(std::unique(packed.kinds.begin(), packed.kinds.end()), packed.kinds.end());
            const fit::idle_node empty{type};
            for (std::size_t c = 0; c < model_.classes.size(); ++c)
                if (fits_empty(empty, model_.classes[c].request)) packed.fitting.push_back(c);
            types.push_back(std::move(packed));
        }
        return types;
    }

    /// Finds what the GPUs of a node type may hold. Of several kinds, each GPU may be any.
    void fill(packed_node_type& type) {
        std::int64_t compute = 0;
        for (const std::size_t kind : type.kinds) compute = std::max(compute, std::int64_t{kinds_[kind].compute});
        for (const std::size_t c : type.fitting) {
            packed_class& each = model_.classes[c];
            bool is_shared = false;
            std::int64_t part = compute; // of a GPU that it has for itself
            for (const std::size_t kind : type.kinds) {
                const gpu_capacity& gpu = kinds_[kind];
                part = std::max<std::int64_t>(part, part_of(each.request.share, gpu));
                const gpu_fills fills{model_, gpu, type.fitting};
                if (!fills.takes(each)) continue;
                is_shared = true;
                each.value = std::max(each.value, fills.value_of(each));
            }
            if (is_shared) continue;
            const std::int64_t value = each.size.value_or(each.gpus * part) * model_.scale;
            each.value = std::max(each.value, value);
            type.wholes.push_back({.number = c, .rows = each.gpus, .value = value});
        }
        for (const std::size_t kind : type.kinds)
            for (packed_fill& each : gpu_fills{model_, kinds_[kind], type.fitting}.all())
                type.fills.push_back(std::move(each));
    }

    const cluster& cluster_;
    packing_model model_;
    std::vector<gpu_capacity> kinds_;
    bool asks_beyond_compute_ = false;
};

/// The model of a cluster and of the tasks that arrived there, in which a task counts for what it takes of its GPUs:
/// compute or memory, of each GPU what more is taken of.
[[nodiscard]] inline packing_model model_of(const cluster& cluster, const task_mix& arrived) {
    return model_maker{cluster, arrived, nullptr}.make();
}

/// The same, in which a task counts for a size of its own.
///
/// @param cluster  the nodes
/// @param arrived  the tasks
/// @param sizes    [entries of arrived] of one task, 0 or more
[[nodiscard]] inline packing_model model_of(const cluster& cluster, const task_mix& arrived,
                                            const std::vector<std::int64_t>& sizes) {
    return model_maker{cluster, arrived, &sizes}.make();
}

} // namespace gpupack::plan::detail
