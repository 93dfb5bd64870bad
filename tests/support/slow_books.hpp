// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// A GPU in numbers.
inline std::string text_of(const gpupack::gpu_state& gpu) {
    std::string text = "way " + std::to_string(static_cast<int>(gpu.way)) + " sharers " + std::to_string(gpu.sharers());
    text += " memory " + std::to_string(gpu.memory_free) + " compute " + std::to_string(gpu.compute_free);
    text += " width " + std::to_string(gpu.width_or_profiles) + " occupied " + std::to_string(gpu.occupied());
    return text + (gpu.closed ? " closed" : "") + (gpu.sharers_at_limit ? " full" : "");
}

/// Adds up what a cluster keeps as sums from its nodes, and its nodes from its placements, all anew. Says what differs
/// first; empty where nothing does.
inline std::string what_differs(const gpupack::cluster& on) {
    using namespace gpupack;
    milli_cpu cpu{};
    milli_gpu compute{};
    milli_gpu compute_free{};
    milli_gpu rounding{};
    std::size_t gpus = 0;
    std::size_t nodes = 0;
    std::size_t live = 0;
    std::size_t leaving = 0;
    std::vector<domain_state> domains(on.domains().size());
    std::map<const node_type*, node_type_state> types;
    std::vector<std::array<std::int64_t, partition_table::most_profiles>> open(on.mig_tables().size());
    for (std::uint32_t n = 0; n < on.size(); ++n) {
        const node_id id = on.id_at(n);
        if (!on.contains(id)) {
            if (!on.node_at(n).closed()) return "a node that is gone is open";
            continue;
        }
        ++nodes;
        const node_view node = on[id];
        const std::string name = on.name(id);
        if (on.find_node(name) != id) return name + " is not found by its name";
        std::vector<gpu_state> states;
        for (int i = 0; i < node.gpu_count(); ++i) {
            states.push_back(idle_gpu(node.capacity(i)));
            states.back().closed = node.gpu(i).closed;
        }
        node_state state = idle_state(node.type(), states.data());
        bool too_much = false;
        on.for_each_placement_on(id, [&](const placement& each) {
            const placed_resources held = on.resources_of(each);
            book_pieces(state, states.data(), node.type(), held.cpu, held.memory, held.share, held.gpus, held.slots,
                        held.pieces);
            rounding += held.rounding_overhead * held.gpus.size();
            ++live;
            leaving += held.leaving ? 1U : 0U;
        });
        sum_up_gpus(state, states.data(), node.type().gpus, node.gpu_count());
        too_much = state.cpu_free < 0 || state.memory_free < 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_state& gpu = states[static_cast<std::size_t>(i)];
            if (!(gpu == node.gpu(i)))
                return name + ": GPU " + std::to_string(i) + ": " + text_of(gpu) + " and not " + text_of(node.gpu(i));
            too_much = too_much || (!in_profiles(gpu.way) && (gpu.memory_free < 0 || gpu.compute_free < 0));
        }
        if (too_much && !on.is_over_committed(id)) return name + " is over-committed, and not said to be";
        state.closed = on.is_closed(id) || on.is_over_committed(id);
        if (!(state == on.row(id).state)) return name + ": its state";
        gpus += static_cast<std::size_t>(node.gpu_count());
        cpu += node.type().cpu;
        compute += node.compute();
        compute_free += node.compute_free();
        types[&node.type()].count(state, node.type(), 1);
        for (domain_id domain = on.domain_of(id);; domain = on.domains()[domain].parent) {
            domain_state& sums = domains[domain.number()];
            const int idle = state.closed ? 0 : state.idle_gpus;
            sums.compute_free += state.compute_free;
            sums.idle_gpus += idle;
            ++sums.by_idle[static_cast<std::size_t>(idle)];
            bool stands_there = false;
            for (const node_id each : on.nodes_in(domain)) stands_there = stands_there || each == id;
            if (!stands_there) return name + " is not in its domain";
            if (domain == domain_id{}) break;
        }
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_state& gpu = node.gpu(i);
            const gpu_capacity& capacity = node.capacity(i);
            if (capacity.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig))
                continue;
            for (int slot = 0; slot < capacity.mig->slot_count; ++slot)
                if (capacity.mig->is_free(slot, gpu.way == sharing::mig ? gpu.occupied() : 0))
                    ++open[capacity.mig_number][capacity.mig->slots[slot].profile];
        }
    }
    if (nodes != on.node_count() || nodes != on.nodes_in(domain_id{}).size()) return "the number of nodes";
    if (gpus != on.gpu_count()) return "the number of GPUs";
    if (live != on.live_placements() || live != on.placements().size()) return "the number of placements";
    if (leaving != on.leaving_placements()) return "the number of placements that leave";
    if (!(cpu == on.cpu())) return "the CPU";
    if (!(compute == on.compute())) return "the compute";
    if (!(compute_free == on.compute_free())) return "the free compute";
    if (!(rounding == on.rounding_overhead())) return "the rounding overhead";
    for (std::uint32_t d = 0; d < domains.size(); ++d)
        if (!(domains[d] == on.free_in(domain_id{d}))) return "domain " + on.domains()[domain_id{d}].name;
    for (std::size_t t = 0; t < on.types().size(); ++t)
        if (!(types[&on.types()[t]] == on.free_of_type(t))) return "type " + std::to_string(t);
    for (std::size_t t = 0; t < open.size(); ++t)
        if (open[t] != on.mig_tables()[t].open) return "MIG table " + std::to_string(t);
    return {};
}
