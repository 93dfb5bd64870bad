// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/dialect/best_gpus.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/soon_free.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What KAI could do with a task on one node while others are leaving.
struct kai_option {
    selection choice{}; ///< The node and its GPUs.
    policy::score score =
        0; ///< Of the node: that of kai_node once all have left, and 100 points where KAI thinks that it starts now.
    bool waits = false; ///< Whether the task must wait there for what is leaving.
};

namespace detail {

/// The GPUs of a node for a share of a GPU: the order of gpupack and gpuspread, by what is in use now.
[[nodiscard]] inline gpu_set kai_shared_gpus(const node_view& now, const node_view& soon, const request& request,
                                             policy::strategy lean) {
    return best_gpus(soon, request, [&](int i) {
        const policy::score is_idle = now.gpu(i).sharers() == 0 ? 1 : 0;
        if (soon.gpu(i).sharers() == 0) return is_idle;
        const gpu_load load = load_of(now, i, request);
        const policy::score used = load.used * kai_point / load.capacity;
        return 2 * (lean == policy::strategy::binpack ? used : -used);
    });
}

/// The same for whole GPUs and MIG instances, which KAI leaves to the node: the lowest.
[[nodiscard]] inline selection kai_whole_gpus(const node_view& node, const request& request) {
    selection best;
    fit::for_each_candidate(node, request, [&](const candidate& each) {
        const selection choice{node.id(), each.gpus, each.slots};
        if (!best.found() || choice < best) best = choice;
    });
    return best;
}

/// Whether KAI thinks that the task starts now: it asks for idle CPU, memory and whole GPUs, but of a shared GPU for what is free soon.
[[nodiscard]] inline bool kai_starts(const node_view& now, const node_view& soon, const request& request) {
    if (request.gpus == 0 || request.share.way() != sharing::slices) return fit::fits(now, request);
    int count = 0;
    for_each_gpu(fit::fitting_gpus(soon, request),
                 [&](int i) { count += soon.gpu(i).sharers() > 0 || now.gpu(i).sharers() == 0 ? 1 : 0; });
    return fit::host_fits(now, request) && count >= request.gpus;
}

} // namespace detail

/// What KAI could do with a task, while others are leaving (cluster::set_leaving): where it fits now, and where it will once they
/// have left. Without any of them it is what the presets kai-binpack and kai-spread see.
///
/// What is leaving counts as free in the scores and in the fit of nodes. Shared GPUs are ordered by what is in use now, and a GPU that
/// all are leaving is a whole one. KAI starts a task on such a GPU at once where others would have done; here it waits.
///
/// Cost: two passes over the cluster, and a look at each placement of the nodes that something is about to leave.
/// Source: KAI's allocate action, gpu_sharing and node_info (docs/sources.md#kai).
///
/// @param cluster  the cluster
/// @param request  a valid request, as kai_request makes it
/// @param nodes    the strategy for nodes
/// @param gpus     the strategy for shared GPUs
/// @return one for each node that it fits, by node
[[nodiscard]] inline std::vector<kai_option> kai_options(const cluster& cluster, const request& request,
                                                         const kai_node& nodes = {}, const kai_gpus& gpus = {}) {
    const kai_node measurer = nodes.measurer({cluster, request, 0});
    policy::value_span span;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_id node = cluster.id_at(n);
        policy::score value = 0;
        if (cluster.contains(node) && measurer.measure(soon_free{cluster, node}.view(), request, value))
            span.offer(value);
    }
    const kai_node_scorer score_of = measurer.scorer_over(span);
    std::vector<kai_option> options;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view now = cluster.node_at(n);
        if (!cluster.contains(now.id())) continue;
        const soon_free later{cluster, now.id()};
        const node_view soon = later.view();
        if (!fit::fits(soon, request)) continue;
        const bool starts = detail::kai_starts(now, soon, request);
        kai_option option{{now.id()}, score_of(soon, request) + (starts ? 100 * kai_point : 0)};
        if (request.share.way() == sharing::slices && request.gpus > 0)
            option.choice.gpus = detail::kai_shared_gpus(now, soon, request, gpus.lean);
        else
            option.choice = detail::kai_whole_gpus(starts ? now : soon, request);
        option.waits = !starts || !fit::fits_on(now, request, option.choice.gpus, option.choice.slots);
        options.push_back(option);
    }
    return options;
}

/// Where KAI puts a task while others are leaving: the option with the highest score.
///
/// Ties: lower node, as for kai_node.
///
/// @param cluster  the cluster
/// @param request  a valid request, as kai_request makes it
/// @param nodes    the strategy for nodes
/// @param gpus     the strategy for shared GPUs
/// @return         nothing where the request fits no node, now or soon
[[nodiscard]] inline std::optional<kai_option> kai_place_soon(const cluster& cluster, const request& request,
                                                              const kai_node& nodes = {}, const kai_gpus& gpus = {}) {
    std::optional<kai_option> best;
    for (const kai_option& each : kai_options(cluster, request, nodes, gpus))
        if (!best || best->score < each.score) best = each;
    return best;
}

} // namespace gpupack::dialect
