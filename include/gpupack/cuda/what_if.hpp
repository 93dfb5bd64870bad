#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/cuda/batch_guide.hpp>
#include <gpupack/cuda/batch_plan.hpp>
#include <gpupack/cuda/detail/batch_team.hpp>
#include <gpupack/cuda/detail/what_if_replay.hpp>
#include <gpupack/cuda/host_cluster.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/request/arrival_stream.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::cuda {

/// One question of "what if": a replay that is to be made.
///
/// seed          of the order of tasks, of what arrives after them, and of the numbering of nodes
/// arriving      milli-GPUs that arrive at most: load times the cluster's GPUs; arrival_stream::each_once for each
///               task once
/// variant       index into the policies
/// tasks, nodes  whether the seed orders them, or they stay as given
/// removed       nodes that are not there
struct what_if_scenario {
    std::uint64_t seed = 42;
    std::int64_t arriving = arrival_stream<std::uint32_t>::each_once;
    std::uint32_t variant = 0;
    drawn_order tasks = drawn_order::by_seed;
    drawn_order nodes = drawn_order::by_seed;
    std::vector<node_id> removed{};
};

/// A policy that what-if replays can be made by: one that keeps its scores.
template <class Policy>
concept what_if_policy = policy::policy<Policy> && !policy::looks_at_whole_cluster<Policy>();

/// What all scenarios share, in host memory: the cluster as it is, the tasks, and the policies prepared for each
/// shape of them.
template <what_if_policy Policy> class what_if_world {
  public:
    using scorer_type = policy::scorer_of<Policy>;

    /// on        lives as long as this; what is placed there stays
    /// tasks     valid; those that choose GPUs by id only where scenarios leave the nodes as given
    /// variants  of the policy, one at least; all must take the same for a request (policy::taken_for)
    /// expected  what fragmentation is measured by
    what_if_world(const cluster& on, const std::vector<request>& tasks, const std::vector<Policy>& variants,
                  const task_mix& expected)
        : on_{on}, unasked_{on.unasked().count()}, expected_{expected} {
        GPUPACK_EXPECTS(!variants.empty(), "a policy at least");
        batch_plan plan = plan_batch(variants.front(), tasks, std::max<std::size_t>(1, tasks.size()));
        shapes_ = std::move(plan.shapes);
        shape_of_ = std::move(plan.shape_of);
        for (const request& task : tasks) {
            compute_.push_back(static_cast<std::int32_t>(task.total_compute().count()));
            chooses_by_id_ = chooses_by_id_ || !task.ids.is_any();
        }
        for (const Policy& by : variants)
            for (const batch_shape& shape : shapes_)
                scorers_.push_back(policy::prepare(by, policy::decision{on, shape.taken, 0}));
    }

    /// What a scenario works on; the scorers' tables and the kinds are where they were made.
    [[nodiscard]] detail::what_if_view<scorer_type> view() const noexcept {
        return {static_cast<const host_cluster&>(on_).view(),
                static_cast<std::uint32_t>(on_.gpu_count()),
                shapes_.data(),
                static_cast<std::uint32_t>(shapes_.size()),
                shape_of_.data(),
                compute_.data(),
                static_cast<std::uint32_t>(shape_of_.size()),
                scorers_.data(),
                unasked_,
                expected_.view()};
    }
    /// The memory of one replay.
    [[nodiscard]] detail::what_if_layout<batch_key<Policy>> layout() const noexcept {
        return detail::what_if_layout<batch_key<Policy>>{view()};
    }

    /// The scenarios as flat records, and the nodes that they remove in a row.
    [[nodiscard]] std::vector<flat_scenario> flatten(const std::vector<what_if_scenario>& scenarios,
                                                     std::vector<std::uint32_t>& removed) const {
        std::vector<flat_scenario> flat;
        for (const what_if_scenario& each : scenarios) {
            GPUPACK_EXPECTS(each.variant * shapes_.size() < scorers_.size() || shapes_.empty(),
                            "a policy that the world has");
            GPUPACK_EXPECTS(!chooses_by_id_ || each.nodes == drawn_order::as_given,
                            "nodes as given, where tasks choose GPUs by id");
            const auto first = static_cast<std::uint32_t>(removed.size());
            for (const node_id node : each.removed) {
                GPUPACK_EXPECTS(node.number() < on_.size(), "a node of the cluster");
                removed.push_back(node.number());
            }
            flat.push_back({each.seed, each.arriving, each.variant, first,
                            static_cast<std::uint32_t>(removed.size()), each.tasks, each.nodes});
        }
        return flat;
    }

  private:
    host_cluster on_;
    std::vector<batch_shape> shapes_;
    std::vector<std::uint32_t> shape_of_; // [tasks]
    std::vector<std::int32_t> compute_;   // [tasks]
    std::vector<scorer_type> scorers_;    // [variants, shapes]
    std::int64_t unasked_;
    policy::fragmentation_table expected_;
    bool chooses_by_id_ = false;
};

/// Makes the replays one after the other by the bodies that a device runs.
///
/// returns    [scenarios]
/// decisions  where given, [scenarios] what became of each arrival, in order; nodes by their number in `world`
template <what_if_policy Policy, class Team = detail::host_team> [[nodiscard]] std::vector<what_if_result>
what_if_on_host(const what_if_world<Policy>& world, const std::vector<what_if_scenario>& scenarios,
                std::vector<std::vector<what_if_decision>>* decisions = nullptr, const Team& team = {}) {
    std::vector<std::uint32_t> removed;
    const std::vector<flat_scenario> flat = world.flatten(scenarios, removed);
    const auto layout = world.layout();
    std::vector<what_if_result> results(scenarios.size());
    std::vector<std::uint64_t> room(layout.bytes() / sizeof(std::uint64_t));
    if (decisions != nullptr) decisions->assign(scenarios.size(), {});
    for (std::size_t s = 0; s < flat.size(); ++s) {
        const auto note = [&](const what_if_decision& each) {
            if (decisions != nullptr) (*decisions)[s].push_back(each);
        };
        detail::replay_scenario(team, world.view(), layout.carve(reinterpret_cast<unsigned char*>(room.data())),
                                flat[s], removed.data(), results[s], note);
    }
    return results;
}

} // namespace gpupack::cuda
