#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/link_table.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack {

/// A node, the GPUs chosen on it for a request, and the slots there for instances, before the placement: what a
/// policy scores.
struct candidate {
    node_view node;
    gpu_set gpus;
    slot_list slots{};
};

static_assert(std::is_trivially_copyable_v<candidate>);

namespace fit {

/// Whether two GPUs of a node are alike to every policy that does not look at links: same state, same model, set up
/// alike.
[[nodiscard]] GPUPACK_HD constexpr bool interchangeable(const node_view& node, int a, int b) noexcept {
    return node.gpu(a) == node.gpu(b) && node.gpu_model(a) == node.gpu_model(b) &&
           node.capacity(a) == node.capacity(b);
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

/// Visits every way to take `wanted` GPUs from the classes c, c + 1, ..., the lowest of each class first.
template <class Visit> GPUPACK_HD constexpr void visit_choices(const gpu_classes& classes, int c, int wanted,
                                                               gpu_set chosen, Visit& visit) {
    if (wanted == 0) return visit(chosen);
    if (c == classes.count) return;
    const int most = classes.members[c].size() < wanted ? classes.members[c].size() : wanted;
    for (int taken = most; taken >= 0; --taken)
        visit_choices(classes, c + 1, wanted - taken, chosen | classes.members[c].lowest(taken), visit);
}

/// Visits, for each GPU, the set that grows from it by the GPU with the best links to what it holds.
template <class Visit>
GPUPACK_HD constexpr void visit_grown(const link_table& links, gpu_set fitting, int wanted, Visit& visit) {
    for_each_gpu(fitting, [&](int first) {
        gpu_set grown = gpu_set::of(first);
        while (grown.size() < wanted) {
            int best = -1;
            std::int32_t highest = -1;
            for_each_gpu(fitting - grown, [&](int next) {
                std::int32_t sum = 0;
                for_each_gpu(grown, [&](int held) { sum += links.pair(held, next); });
                if (sum <= highest) return;
                highest = sum;
                best = next;
            });
            grown.insert(best);
        }
        visit(grown);
    });
}

} // namespace detail

/// Whether links tell the GPUs of a node apart.
enum class by_links : bool { no, yes };

/// Calls visit(candidate) for the candidates of a request on a node, where it fits.
///
/// GPUs of one node that are alike to the policies are taken from the lowest index up, so that each distinct choice
/// is visited once, as its lowest set: eight idle GPUs are one candidate for one GPU, and one for four.
/// For one instance (MIG, vGPU), each free slot of its profile is a candidate of its own; where several GPUs get an
/// instance, the lowest slot of each.
/// links  yes: where the topology of the node is known, no two of its GPUs are alike, and each set is a candidate;
///        on nodes of more than 16 GPUs, the sets that grow from each GPU by the GPU with the best links to them
/// order  not the order of sets: a caller that breaks ties compares them
/// cost   one visit a distinct choice; for k GPUs out of c classes at most C(k + c - 1, k)
template <class Visit> GPUPACK_HD constexpr void for_each_candidate(const node_view& node, const request& asked,
                                                                    Visit&& visit, by_links links = by_links::no) {
    if (!host_fits(node, asked)) return;
    if (asked.gpus == 0) return visit(candidate{node, gpu_set{}});
    const gpu_set fitting = fitting_gpus(node, asked);
    if (fitting.size() < asked.gpus) return;
    const int widest = widest_span(node, asked, fitting);
    const bool one_instance = in_profiles(asked.share.way()) && asked.gpus == 1;
    auto visit_set = [&](gpu_set gpus) {
        if (!enough_together(node, asked, gpus)) return;
        if (widest < max_numa_nodes && numa_span(node, gpus) > widest) return;
        if (one_instance)
            return for_each_free_slot(node, gpus.lowest(), asked.share, [&](int slot) {
                visit(candidate{node, gpus, slot_list{slot}});
            });
        visit(candidate{node, gpus, lowest_slots(node, gpus, asked.share)});
    };
    const bool linked = links == by_links::yes && node.kind().links != nullptr;
    if (linked && node.kind().links->is_tabled()) return for_each_subset(fitting, asked.gpus, visit_set);
    if (linked && widest == max_numa_nodes)
        return detail::visit_grown(*node.kind().links, fitting, asked.gpus, visit_set);
    const detail::gpu_classes classes{node, fitting};
    detail::visit_choices(classes, 0, asked.gpus, gpu_set{}, visit_set);
}

/// The lowest set of GPUs on which the request fits; the request must fit the node.
[[nodiscard]] GPUPACK_HD constexpr gpu_set lowest_gpus(const node_view& node, const request& asked) noexcept {
    const gpu_set lowest = fitting_gpus(node, asked).lowest(asked.gpus);
    const bool anywhere = asked.numa == numa_alignment::none || asked.gpus < 2;
    if (anywhere && enough_together(node, asked, lowest)) return lowest;
    gpu_set best;
    for_each_candidate(node, asked, [&](const candidate& each) {
        if (best.empty() || each.gpus < best) best = each.gpus;
    });
    return best;
}

} // namespace fit

} // namespace gpupack
