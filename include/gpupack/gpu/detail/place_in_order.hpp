// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_workspace.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/device_preparation.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The requests of a batch as flat arrays.
struct batch_requests {
    const plan::request_class* classes = nullptr; ///< [classes]
    const std::uint32_t* class_of = nullptr;      ///< [requests]
    const std::uint32_t* tree_of = nullptr;       ///< [requests]
    selection* choices = nullptr;                 ///< [requests] Where each goes; written.
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
            catch_up(team, workspace, tree, request, scorer, workspace.falls.of_class(nth), workspace.seen[tree], now);
            team.once([&] {
                workspace.seen[tree] = now;
                const selection chosen = take_best(workspace, tree, request, scorer);
                if (chosen.found()) log_change(workspace, chosen.node.number());
                requests.choices[r] = chosen;
            });
        }
    }
};

/// How many threads measure nodes at once, and how many of their results one thread joins.
inline constexpr std::uint32_t span_parts = 1024;
inline constexpr std::uint32_t span_stride = 32;

/// Measures some of the nodes that count for a request: index = part.
template <class Preparation> struct measure_part {
    cluster_view cluster;
    const gpupack::request* request; ///< Of the class.
    std::uint32_t request_class;
    Preparation preparation;
    policy::value_span* parts; ///< [span_parts]

    GPUPACK_HD void operator()(std::uint64_t part) const noexcept {
        policy::value_span span;
        for (auto n = static_cast<std::uint32_t>(part); n < cluster.size; n += span_parts) {
            policy::score value = 0;
            if (preparation.measure(cluster[node_id{n}], *request, request_class, value)) span.offer(value);
        }
        parts[part] = span;
    }
};

/// Joins the parts from index * stride on, up to `count` of them.
struct join_parts {
    policy::value_span* parts;
    std::uint32_t stride;
    std::uint32_t count;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        policy::value_span* const first = parts + index * stride * count;
        for (std::uint32_t i = 1; i < count; ++i) first->join(first[std::size_t{i} * stride]);
    }
};

/// Makes the scorer of one decision on the GPU; index 0.
template <class Preparation> struct prepare_decision {
    const gpupack::request* request;
    std::uint32_t request_class;
    std::uint64_t ordinal;
    Preparation preparation;
    const policy::value_span* span;
    prepared_request<typename Preparation::scorer_type>* prepared; ///< [1]

    GPUPACK_HD void operator()(std::uint64_t) const noexcept {
        prepared->request = *request;
        preparation.prepare(prepared->scorer, request_class, ordinal, *span);
    }
};

/// Takes the best node that was found for a decision; index 0.
template <class Key, class Scorer> struct take_ranked {
    writable_cluster_view cluster;
    const prepared_request<Scorer>* prepared; ///< [1]
    const ranked_node<Key>* best;             ///< [1]
    selection* choice;                        ///< [1]

    GPUPACK_HD void operator()(std::uint64_t) const noexcept {
        *choice = {};
        if (!best->found()) return;
        *choice = policy::select_gpus(prepared->scorer, cluster[best->node], prepared->request);
        cluster.take(choice->node, prepared->request, choice->gpus, choice->slots);
    }
};

} // namespace gpupack::gpu::detail
