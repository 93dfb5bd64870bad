// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/grown_sets.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/topology/link_view.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// A node and what is selected on it for a request, before the placement: what a policy scores.
struct candidate {
    node_view node;    ///< the node as it is now
    gpu_set gpus;      ///< the GPUs selected
    slot_list slots{}; ///< for instances, the slot on each of them

    /// The same without the state of the node.
    [[nodiscard]] GPUPACK_HD constexpr selection selected() const noexcept { return {node.id(), gpus, slots}; }
};

static_assert(std::is_trivially_copyable_v<candidate>);

namespace fit {

/// Whether two GPUs of a node are alike to every policy that does not look at links: same state, same model, set up
/// alike.
[[nodiscard]] GPUPACK_HD constexpr bool interchangeable(const node_view& node, int a, int b) noexcept {
    return node.gpu(a) == node.gpu(b) && node.gpu_model(a) == node.gpu_model(b) && node.capacity(a) == node.capacity(b);
}

namespace detail {

/// The fitting GPUs of a node in classes of interchangeable ones.
struct gpu_classes {
    int count = 0;
    gpu_set members[max_gpus_per_node] = {};

    GPUPACK_HD constexpr gpu_classes(const node_view& node, gpu_set fitting) noexcept {
        for_each_gpu(fitting, [&](int i) {
            int c = 0;
            while (c < count && !interchangeable(node, members[c].lowest(), i)) ++c;
            members[c].insert(i);
            if (c == count) ++count;
        });
    }
};

/// Visits every way to take `count` GPUs from the classes, the lowest of each class first, most of the first class
/// first. Not recursive, as for_each_subset.
GPUPACK_CALLS_BACK
template <class Visit>
GPUPACK_HD constexpr void visit_choices(const gpu_classes& classes, int count, const Visit& visit) {
    std::int8_t taken[max_gpus_per_node] = {}; // [decided]  of each class
    int decided = 0;
    gpu_set chosen;
    while (true) {
        for (; count > 0 && decided < classes.count; ++decided) {
            const gpu_set members = classes.members[decided];
            const int most = members.size() < count ? members.size() : count;
            taken[decided] = static_cast<std::int8_t>(most);
            chosen = chosen | members.lowest(most);
            count -= most;
        }
        if (count == 0) visit(chosen);
        while (decided > 0 && taken[decided - 1] == 0) --decided;
        if (decided == 0) return;
        const gpu_set members = classes.members[decided - 1]; // one less of the last class, and on from there
        --taken[decided - 1];
        chosen = (chosen - members) | members.lowest(taken[decided - 1]);
        ++count;
    }
}

/// Makes candidates of sets of GPUs that do together. It is a type and not a lambda because nvcc wants to be told what
/// calls back.
template <class Visit> struct candidate_visitor {
    const node_view& node;
    const gpupack::request& request;
    int widest;
    bool one_instance;
    Visit& visit;

    struct at_slot {
        const candidate_visitor& visitor;
        gpu_set gpus;

        GPUPACK_CALLS_BACK
        GPUPACK_HD constexpr void operator()(int slot) const {
            visitor.visit(candidate{visitor.node, gpus, slot_list{slot}});
        }
    };

    GPUPACK_CALLS_BACK
    GPUPACK_HD constexpr void operator()(gpu_set gpus) const {
        if (!enough_together(node, request, gpus)) return;
        if (widest < max_numa_nodes && numa_span(node, gpus) > widest) return;
        if (one_instance) return for_each_free_slot(node, gpus.lowest(), request.share, at_slot{*this, gpus});
        visit(candidate{node, gpus, lowest_slots(node, gpus, request.share)});
    }
};

} // namespace detail

/// Whether links tell the GPUs of a node apart.
enum class by_links : bool { no, yes };

/// Calls visit(candidate) for the candidates of a request on a node, where it fits.
///
/// GPUs of one node that are alike to the policies are taken from the lowest index up, so that each distinct choice
/// is visited once, as its lowest set: eight idle GPUs are one candidate for one GPU, and one for four.
/// For one instance (MIG, vGPU), each free slot of its profile is a candidate of its own; where several GPUs get an
/// instance, the lowest slot of each.
/// The order of visits is not the order of sets: a caller that breaks ties compares them.
/// Cost: one call for each distinct choice; for k GPUs out of c classes at most C(k + c - 1, k).
///
/// @param node the node
/// @param request a valid request
/// @param visit called with each candidate
/// @param links yes: where the topology of the node is known, no two of its GPUs are alike, and each set is a
///     candidate; on nodes of more than 16 GPUs, the sets of for_each_grown_set
GPUPACK_CALLS_BACK
template <class Visit> GPUPACK_HD constexpr void for_each_candidate(const node_view& node, const request& request,
                                                                    Visit&& visit, by_links links = by_links::no) {
    if (!host_fits(node, request)) return;
    if (request.gpus == 0) return visit(candidate{node, gpu_set{}});
    const gpu_set fitting = fitting_gpus(node, request);
    if (fitting.size() < request.gpus) return;
    const int widest = widest_span(node, request, fitting);
    const bool one_instance = in_profiles(request.share.way()) && request.gpus == 1;
    const detail::candidate_visitor<std::remove_reference_t<Visit>> visit_set{node, request, widest, one_instance,
                                                                              visit};
    const bool linked = links == by_links::yes && node.type().links != nullptr;
    if (linked && node.type().links->is_tabled()) return for_each_subset(fitting, request.gpus, visit_set);
    if (linked && widest == max_numa_nodes)
        return for_each_grown_set(*node.type().links, fitting, request.gpus, visit_set);
    const detail::gpu_classes classes{node, fitting};
    detail::visit_choices(classes, request.gpus, visit_set);
}

/// The lowest set of GPUs on which the request fits; the request must fit the node.
[[nodiscard]] GPUPACK_HD constexpr gpu_set lowest_gpus(const node_view& node, const request& request) noexcept {
    const gpu_set lowest = fitting_gpus(node, request).lowest(request.gpus);
    const bool anywhere = request.numa == numa_alignment::none || request.gpus < 2;
    if (anywhere && enough_together(node, request, lowest)) return lowest;
    gpu_set best;
    for_each_candidate(node, request, [&](const candidate& each) {
        if (best.empty() || each.gpus < best) best = each.gpus;
    });
    return best;
}

} // namespace fit

} // namespace gpupack
