// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/topology/sharing.hpp>

#include <compare>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// An instance that a placement has on one of its GPUs.
struct recorded_instance {
    std::string profile; ///< Name of the profile: "3g.40gb", "A10-4".
    int start = 0;       ///< Its start, as the driver is told.

    friend bool operator==(const recorded_instance&, const recorded_instance&) = default;
    friend std::strong_ordering operator<=>(const recorded_instance&, const recorded_instance&) = default;
};

/// All that a placement holds, in names: it means the same after a restart, in another process, and in a cluster that is
/// numbered otherwise. placement_text.hpp and io/placement_json.hpp write and read it.
struct placement_record {
    std::string task;                           ///< What its owner knows it by; may be empty.
    std::string node;                           ///< Name of the node.
    gpu_set gpus{};                             ///< Its GPUs, by number on the node.
    std::vector<std::string> gpu_ids{};         ///< [GPUs] their ids, lowest number first; empty: the numbers count.
    milli_cpu cpu{};                            ///< CPU of the host.
    mebibytes memory{};                         ///< Memory of the host.
    sharing way = sharing::exclusive;           ///< How it shares its GPUs.
    mebibytes gpu_memory{};                     ///< Of each GPU, in slices; of a split slice the least.
    milli_gpu compute{};                        ///< Of each GPU, in slices.
    int memory_percent = 0;                     ///< Of the memory of each GPU, in place of gpu_memory.
    int memory_millionths = 0;                  ///< The same beyond whole percent.
    share_rule rule{};                          ///< How the share is admitted and counted.
    std::vector<mebibytes> pieces{};            ///< [GPUs] what each gives to a split slice; else empty.
    std::vector<recorded_instance> instances{}; ///< [GPUs] for MIG and vGPU; else empty.
    milli_gpu rounding_overhead{};              ///< Of each GPU, that a request rule added.
    bool leaving = false;                       ///< Whether it was told to leave.

    friend bool operator==(const placement_record&, const placement_record&) = default;
    /// By task, node, GPUs and the rest.
    friend std::strong_ordering operator<=>(const placement_record&, const placement_record&) = default;
};

/// The record of what a placement holds, or would hold.
///
/// @param cluster  where
/// @param held     what it holds, on a node of the cluster
/// @param task     what its owner knows it by
[[nodiscard]] inline placement_record record_of(const cluster& cluster, const placed_resources& held,
                                                std::string task = {}) {
    placement_record record;
    record.task = std::move(task);
    record.node = cluster.name(held.node);
    record.gpus = held.gpus;
    record.cpu = held.cpu;
    record.memory = held.memory;
    record.rounding_overhead = held.rounding_overhead;
    record.leaving = held.leaving;
    if (held.gpus.empty()) return record;
    record.way = held.share.way();
    const std::vector<std::string>& ids = cluster.identity(held.node).gpu_ids;
    for_each_gpu_indexed(held.gpus, [&](int nth, int i) {
        if (static_cast<std::size_t>(i) < ids.size()) record.gpu_ids.push_back(ids[static_cast<std::size_t>(i)]);
        if (held.share.is_split()) record.pieces.emplace_back(held.pieces.memory[nth]);
        if (!in_profiles(held.share.way())) return;
        const mig::gpu_instance stands = cluster.instance_on(held, nth, held.share.way());
        record.instances.push_back({std::string{stands.profile.view()}, stands.start});
    });
    if (record.gpu_ids.size() != static_cast<std::size_t>(held.gpus.size())) record.gpu_ids.clear();
    record.rule = held.share.rule();
    if (record.way != sharing::slices) return record;
    record.gpu_memory = held.share.memory();
    record.compute = held.share.compute();
    record.memory_percent = held.share.memory_percent();
    record.memory_millionths = held.share.memory_part() % share::millionths_a_percent;
    return record;
}

/// The record of a live placement.
///
/// @param cluster  where it is live
/// @param receipt  the placement
/// @param task     what its owner knows it by
[[nodiscard]] inline placement_record record_of(const cluster& cluster, const placement& receipt,
                                                std::string task = {}) {
    return record_of(cluster, cluster.resources_of(receipt), std::move(task));
}

namespace detail {

/// The GPUs of a record on a node, and for each of the record's what number it has there.
[[nodiscard]] inline expected<std::vector<int>, input_error> gpus_of_record(const cluster& cluster, node_id node,
                                                                            const placement_record& record) {
    std::vector<int> numbers;
    if (record.gpu_ids.empty()) {
        for_each_gpu(record.gpus, [&](int i) { numbers.push_back(i); });
        return numbers;
    }
    gpu_set met;
    for (const std::string& id : record.gpu_ids) {
        const auto found = cluster.gpu_ids().find(id);
        if (!found || !(found->node == node) || met.contains(found->gpu))
            return bad_input("GPU id", id, std::string{"the id of a GPU of "}.append(record.node).append(", once"));
        met.insert(found->gpu);
        numbers.push_back(found->gpu);
    }
    return numbers;
}

} // namespace detail

/// What a record means in a cluster.
///
/// Errors: a node, GPU, GPU id, profile or start that is not there, or that stands twice; another number of pieces or
/// instances than GPUs.
[[nodiscard]] inline expected<placed_resources, input_error> resources_of(const cluster& cluster,
                                                                          const placement_record& record) {
    const auto node = cluster.find_node(record.node);
    if (!node) return bad_input("node", record.node, "a node of this cluster");
    const auto numbers = detail::gpus_of_record(cluster, *node, record);
    if (!numbers) return unexpected<input_error>{numbers.error()};
    const std::size_t count = numbers->size();
    const bool in_instances = in_profiles(record.way) && count > 0;
    if (record.instances.size() != (in_instances ? count : 0))
        return bad_input("instances", std::to_string(record.instances.size()),
                         "one for each GPU of MIG and vGPU, else none");
    if (!record.pieces.empty() &&
        (record.pieces.size() != count || record.way != sharing::slices || count > max_pieces))
        return bad_input("pieces", std::to_string(record.pieces.size()),
                         "one for each GPU of a split slice, else none");
    if (in_instances && count > max_instances)
        return bad_input("GPUs", std::to_string(count), "at most 8 for instances");
    placed_resources held;
    held.node = *node;
    held.cpu = record.cpu;
    held.memory = record.memory;
    held.rounding_overhead = record.rounding_overhead;
    held.leaving = record.leaving;
    for (const int i : *numbers) held.gpus.insert(i);
    mebibytes total{};
    for (std::size_t n = 0; n < count; ++n) {
        const int i = (*numbers)[n];
        const int nth = (held.gpus & gpu_set::first(i)).size(); // ids may come in any order
        if (!record.pieces.empty()) {
            if (record.pieces[n].count() < 1 || record.pieces[n].count() > max_amount)
                return bad_input("pieces", std::to_string(record.pieces[n].count()), "from 1 to 2147483647 MiB");
            held.pieces.memory[nth] = static_cast<std::int32_t>(record.pieces[n].count());
            total += record.pieces[n];
        }
        if (!in_instances) continue;
        const auto slot =
            cluster.mig_placement(*node, i, record.instances[n].profile, record.instances[n].start, record.way);
        if (!slot)
            return bad_input(
                "instance",
                std::string{record.instances[n].profile}.append("@").append(std::to_string(record.instances[n].start)),
                std::string{"a profile and a start of GPU "}
                    .append(std::to_string(i))
                    .append(" of ")
                    .append(record.node));
        held.slots.set(nth, *slot);
    }
    if (in_instances)
        held.share = instance{.way = record.way, .rule = record.rule};
    else if (!record.pieces.empty())
        held.share = share{split_slice{total, record.compute, record.gpu_memory}}.with(record.rule);
    else if (record.way == sharing::slices)
        held.share =
            slice{record.gpu_memory, record.compute, record.memory_percent, record.memory_millionths, record.rule};
    return held;
}

/// Puts a placement back exactly as its record says.
///
/// @param scheduler  a cluster, or a scheduler
/// @param record     the record
/// @param force      whether closed and over-committed nodes take it, too
/// @return           the receipt; or what the record names and the cluster has not, or why the cluster refuses it
template <class Scheduler> [[nodiscard]] expected<placement, input_error>
restore(Scheduler& scheduler, const placement_record& record, bool force = false) {
    const auto held = [&] {
        if constexpr (requires { scheduler.cluster(); })
            return resources_of(scheduler.cluster(), record);
        else
            return resources_of(scheduler, record);
    }();
    if (!held) return unexpected<input_error>{held.error()};
    const auto receipt = scheduler.restore(*held, force);
    if (receipt) return *receipt;
    return bad_input("placement", record.task.empty() ? record.node : record.task,
                     std::string{"one that can be restored: "}.append(describe(receipt.error())));
}

} // namespace gpupack
