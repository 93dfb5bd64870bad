// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/gpu/batch_plan.hpp>
#include <gpupack/gpu/batch_scarcity.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/batch_jobs.hpp>
#include <gpupack/gpu/detail/batch_memory.hpp>
#include <gpupack/gpu/detail/batch_team.hpp>
#include <gpupack/gpu/detail/batch_walk.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/shape.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// What a batch is placed with.
///
/// tree_bytes  of memory for the trees: where all shapes' do not fit, the batch goes in several segments
/// ordinal     how many questions the scheduler has answered before; random policies draw by it
struct batch_options {
    std::size_t tree_bytes = std::size_t{1} << 33;
    std::uint64_t ordinal = 0;
};

/// How many trees have room in that many bytes; one at least.
template <batch_policy Policy>
[[nodiscard]] constexpr std::size_t trees_within(std::size_t bytes, std::size_t nodes) noexcept {
    const detail::tree_levels levels{static_cast<std::uint32_t>(nodes)};
    const std::size_t each = levels.bytes<batch_key<Policy>>();
    return bytes < each ? 1 : bytes / each;
}

namespace detail {

/// All choices, or what failed until then.
template <space Space, class Array> [[nodiscard]] expected<std::vector<batch_choice>, gpu_error>
fetched_choices(Space& in, const Array& from, std::size_t count) {
    std::vector<batch_choice> choices(count);
    in.read(from, choices.data(), count);
    if (auto problem = in.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return choices;
}

/// Places a batch on a cluster that stands at `at` in the space.
template <space Space, batch_policy Policy> [[nodiscard]] expected<std::vector<batch_choice>, gpu_error>
place_batch_at(Space& in, const writable_cluster_view& at, const cluster& on, const Policy& by,
               const std::vector<request>& request, const batch_options& with) {
    constexpr bool scans = policy::looks_at_whole_cluster<Policy>();
    using key = batch_key<Policy>;
    const auto count = static_cast<std::uint32_t>(request.size());
    const batch_plan plan = plan_batch(by, request, trees_within<Policy>(with.tree_bytes, on.size()));
    if (plan.shapes.empty()) return std::vector<batch_choice>{};
    batch_arrays<Space, key> arrays{in, at, scans ? 1 : plan.trees, scans ? 1 : count};
    auto choices = in.template allocate<batch_choice>(count);
    space_copies<Space> copies{in};
    guide_data<Policy> data{by, on, plan.shapes};
    const auto guide = data.view(copies);
    using guide_type = std::remove_const_t<decltype(guide)>;
    const batch_stream stream{copies(plan.shapes), copies(plan.shape_of), copies(plan.tree_of), choices.data()};
    if (auto problem = copies.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    if constexpr (scans) {
        auto made = in.template allocate<typename guide_type::scorer_type>(1);
        auto parts = in.template allocate<value_span>(span_parts);
        run_in_grid(in, scan_job<key, guide_type>{arrays.desk(), stream, guide, made.data(), parts.data(),
                                                  with.ordinal, count});
        return fetched_choices(in, choices, count);
    } else {
        const batch_fill* const fills = copies(plan.fills);
        for (const batch_segment& each : plan.segments) {
            run_in_grid(in, fill_job<key, guide_type>{arrays.desk(), stream.shapes, fills + each.first_fill,
                                                      each.last_fill - each.first_fill, guide});
            run_in_block(in, walk_job<key, guide_type>{arrays.desk(), stream, guide, each.first, each.last});
        }
        return fetched_choices(in, choices, count);
    }
}

} // namespace detail

/// Places requests in their order, each as search::scan would after those before it, in one call.
///
/// of       the cluster on the GPU, brought up to date first; it is up to date again at the next update, whether or not
///          the choices are taken
/// on       the cluster that it was made from; not changed: commit_batch takes what was found
/// request    valid
/// returns  [asked]  where each went
/// errors   what failed on the GPU, memory for the trees among it (batch_options::tree_bytes)
/// cost     for policies that keep scores, a score a shape and node, and a score a placement and shape between two
///          requests of it; else a score a request and node
template <space Space, batch_policy Policy> [[nodiscard]] expected<std::vector<batch_choice>, gpu_error>
place_batch(resident_cluster<Space>& of, const cluster& on, const Policy& by, const std::vector<request>& request,
            const batch_options& with = {}) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    of.move_kinds(on);
    of.update(on);
    auto placed = detail::place_batch_at(of.in(), of.writable(), on, by, request, with);
    if (placed)
        for (const batch_choice& each : *placed)
            if (each.placed()) of.changed(each.node);
    return placed;
}

/// The same by the bodies that a GPU runs, one after the other on the host: what tests hold a GPU to, and what is left
/// where there is none. One by one, search::indexed is faster there.
template <batch_policy Policy>
[[nodiscard]] std::vector<batch_choice> place_batch_on_host(const cluster& on, const Policy& by,
                                                            const std::vector<request>& request,
                                                            const batch_options& with = {}) {
    host_space in;
    host_cluster flat{on};
    return detail::place_batch_at(in, flat.view(), on, by, request, with).value();
}

/// Takes in a cluster what a batch found for it.
///
/// on       as it was when the batch was placed
/// choices  [asked]
/// returns  [asked]  the placements, to be given back one by one
template <policy::policy Policy>
[[nodiscard]] std::vector<std::optional<placement>> commit_batch(cluster& on, const Policy& by,
                                                                 const std::vector<request>& request,
                                                                 const std::vector<batch_choice>& choices) {
    GPUPACK_EXPECTS(request.size() == choices.size(), "a choice for each request");
    std::vector<std::optional<placement>> placed(request.size());
    for (std::size_t i = 0; i < request.size(); ++i) {
        if (!choices[i].placed()) continue;
        const gpupack::request& taken = policy::effective_request(by, request[i]);
        placed[i] = on.take(choices[i].node, choices[i].gpus, taken, choices[i].slots,
                            taken.share.compute() - request[i].share.compute());
    }
    return placed;
}

} // namespace gpupack::gpu
