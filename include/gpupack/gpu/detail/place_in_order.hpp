// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_workspace.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/device_preparation.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The requests of a batch as flat arrays.
struct batch_requests {
    const plan::request_class* classes = nullptr; ///< [classes]
    const std::uint32_t* class_of = nullptr;      ///< [requests]
    const std::uint32_t* tree_of = nullptr;       ///< [requests]
    selection* choices = nullptr;        ///< [requests] Where each goes; written.
};

/// Fills the trees of a segment: a job of a team.
template <class Key, class Preparation> struct fill_job {
    batch_workspace<Key> workspace;
    const plan::request_class* classes;
    const plan::tree_fill* fills; ///< [count]
    std::uint32_t count;
    Preparation preparation;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        const auto scorer = [this](std::uint32_t request_class) -> const auto& {
            return preparation.scorers[request_class];
        };
        fill_trees(team, workspace, classes, fills, count, scorer);
    }
};

/// Places the requests of a segment in their order, by trees that are kept: a job of a team.
template <class Key, class Preparation> struct place_in_order_job {
    batch_workspace<Key> workspace;
    batch_requests requests;
    Preparation preparation; ///< A policy::kept_preparation::view_type.
    std::uint32_t first;
    std::uint32_t last;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        for (std::uint32_t r = first; r < last; ++r) {
            const std::uint32_t nth = requests.class_of[r];
            const std::uint32_t tree = requests.tree_of[r];
            const request& request = requests.classes[nth].effective;
            const auto& scorer = preparation.scorers[nth];
            const std::uint32_t now = *workspace.logged;
            catch_up(team, workspace, tree, request, scorer, workspace.seen[tree], now);
            team.once([&] {
                workspace.seen[tree] = now;
                const selection chosen = take_best(workspace, tree, request, scorer, preparation);
                if (chosen.found()) log_change(workspace, chosen.node.number());
                requests.choices[r] = chosen;
            });
        }
    }
};

/// How many threads measure nodes at once, and how many of their results one thread joins.
inline constexpr std::uint32_t span_parts = 1024;
inline constexpr std::uint32_t span_stride = 32;

/// Finds the span of what a preparation measures on the nodes that count for a request; it stands in parts[0] then.
template <class Team, class Preparation> GPUPACK_HD void
measure_nodes(const Team& team, const writable_cluster_view& cluster, const request& request,
              std::uint32_t request_class, const Preparation& preparation, policy::value_span* parts) {
    team.for_each(span_parts, [&](std::uint64_t part) {
        policy::value_span span;
        for (auto i = static_cast<std::uint32_t>(part); i < cluster.size; i += span_parts) {
            const node_view node = cluster[node_id{i}];
            policy::score value = 0;
            if (preparation.measure(node, request, request_class, value)) span.offer(value);
        }
        parts[part] = span;
    });
    team.for_each(span_parts / span_stride, [&](std::uint64_t part) {
        const auto first = static_cast<std::uint32_t>(part) * span_stride;
        for (std::uint32_t i = first + 1; i < first + span_stride; ++i) parts[first].join(parts[i]);
    });
    team.once([&] {
        for (std::uint32_t i = span_stride; i < span_parts; i += span_stride) parts[0].join(parts[i]);
    });
}

/// Places all requests in their order under a policy that looks at the whole cluster: each decision has a scorer of its
/// own, and scores every node into the one tree. A job of a team.
template <class Key, class Preparation> struct place_by_scan_job {
    batch_workspace<Key> workspace;
    batch_requests requests;
    Preparation preparation;
    typename Preparation::scorer_type* scorer; ///< [1] Of the decision.
    policy::value_span* parts;                         ///< [span_parts]
    std::uint64_t ordinal;                     ///< Of the decision for the first request.
    std::uint32_t count;

    template <class Team> GPUPACK_HD void operator()(const Team& team) const {
        team.once([&] { policy::prepare_once(preparation, *scorer); });
        for (std::uint32_t r = 0; r < count; ++r) {
            const std::uint32_t nth = requests.class_of[r];
            const request& request = requests.classes[nth].effective;
            if constexpr (policy::measuring_view<Preparation>)
                measure_nodes(team, workspace.cluster, request, nth, preparation, parts);
            team.once([&] { preparation.prepare(*scorer, nth, ordinal + r, parts[0]); });
            catch_up(team, workspace, 0, request, *scorer, batch_workspace<Key>::unfilled, 0);
            team.once([&] { requests.choices[r] = take_best(workspace, 0, request, *scorer, preparation); });
        }
    }
};

} // namespace gpupack::gpu::detail
