#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/cuda/batch_guide.hpp>
#include <gpupack/cuda/batch_plan.hpp>
#include <gpupack/cuda/batch_scarcity.hpp>
#include <gpupack/cuda/detail/batch_arrays.hpp>
#include <gpupack/cuda/detail/batch_team.hpp>
#include <gpupack/cuda/detail/batch_walk.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::cuda {

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

/// Places requests in their order, each as search::scan would after those before it, by the bodies that a device
/// runs: what tests hold a device to, and what is left where there is none. search::indexed is faster on a host.
///
/// on       is not changed: commit_batch takes what was found
/// asked    valid
/// returns  [asked]  where each went
/// cost     for policies that keep scores, a score a shape and node, and a score a placement and shape between two
///          requests of it; else a score a request and node
template <batch_policy Policy, class Team = detail::host_team>
[[nodiscard]] std::vector<batch_choice> place_batch_on_host(const cluster& on, const Policy& by,
                                                            const std::vector<request>& asked,
                                                            const batch_options& with = {}, const Team& team = {}) {
    constexpr bool scans = policy::looks_at_whole_cluster<Policy>();
    using key = batch_key<Policy>;
    std::vector<batch_choice> choices(asked.size());
    batch_plan plan = plan_batch(by, asked, trees_within<Policy>(with.tree_bytes, on.size()));
    detail::batch_arrays<key> arrays{on, scans ? 1 : plan.trees, static_cast<std::uint32_t>(asked.size())};
    const detail::batch_desk<key> desk = arrays.desk();
    guide_data<Policy> data{by, on, plan.shapes};
    const auto guide = data.view([](auto& elements) { return elements.data(); });
    const detail::batch_stream stream{plan.shapes.data(), plan.shape_of.data(), plan.tree_of.data(),
                                      choices.data()};
    if constexpr (scans) {
        std::vector<typename std::remove_const_t<decltype(guide)>::scorer_type> made(1);
        std::vector<value_span> parts(detail::span_parts);
        detail::walk_scanning(team, desk, stream, guide, made.data(), parts.data(), with.ordinal, 0,
                              static_cast<std::uint32_t>(asked.size()));
    } else {
        for (const batch_segment& segment : plan.segments) {
            detail::fill_trees(
                team, desk, stream.shapes, plan.fills.data() + segment.first_fill,
                segment.last_fill - segment.first_fill, [&](std::uint32_t shape) -> const auto& {
                    return guide.scorers[shape];
                });
            detail::walk(team, desk, stream, guide, segment.first, segment.last);
        }
    }
    return choices;
}

/// Takes in a cluster what a batch found for it.
///
/// on       as it was when the batch was placed
/// choices  [asked]
/// returns  [asked]  the placements, to be given back one by one
template <policy::policy Policy>
[[nodiscard]] std::vector<std::optional<placement>> commit_batch(cluster& on, const Policy& by,
                                                                 const std::vector<request>& asked,
                                                                 const std::vector<batch_choice>& choices) {
    GPUPACK_EXPECTS(asked.size() == choices.size(), "a choice for each request");
    std::vector<std::optional<placement>> placed(asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (!choices[i].placed()) continue;
        const request& taken = policy::taken_for(by, asked[i]);
        placed[i] = on.take(choices[i].node, choices[i].gpus, taken, choices[i].slots,
                            taken.share.compute() - asked[i].share.compute());
    }
    return placed;
}

} // namespace gpupack::cuda
