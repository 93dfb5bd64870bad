// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/batch_guide.hpp>
#include <gpupack/gpu/batch_plan.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/batch_memory.hpp>
#include <gpupack/gpu/detail/batch_team.hpp>
#include <gpupack/gpu/detail/what_if_replay.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/shape.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/workload/arrival_stream.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// One question of "what if": a replay that is to be made.
///
/// seed          of the order of tasks, of what arrives after them, and of the numbering of nodes
/// arriving      milli-GPUs that arrive at most: load times the cluster's GPUs; workload::arrival_stream::each_once for each
///               task once
/// variant       index into the policies
/// tasks, nodes  whether the seed orders them, or they stay as given
/// removed       nodes that are not there
struct what_if_scenario {
    std::uint64_t seed = 42;
    std::int64_t arriving = workload::arrival_stream<std::uint32_t>::each_once;
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
    /// variants  of the policy, one at least; all must take the same for a request (policy::effective_request)
    /// expected  what fragmentation is measured by
    what_if_world(const cluster& on, const std::vector<request>& tasks, std::vector<Policy> variants,
                  const task_mix& expected)
        : on_{on}, variants_{std::move(variants)}, rounding_overhead_{on.rounding_overhead().count()}, expected_{expected} {
        GPUPACK_EXPECTS(!variants_.empty(), "a policy at least");
        batch_plan plan = plan_batch(variants_.front(), tasks, std::max<std::size_t>(1, tasks.size()));
        shapes_ = std::move(plan.shapes);
        shape_of_ = std::move(plan.shape_of);
        for (const request& task : tasks) {
            compute_.push_back(static_cast<std::int32_t>(task.total_compute().count()));
            chooses_by_id_ = chooses_by_id_ || !task.ids.is_any();
        }
        for (const Policy& by : variants_)
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
                rounding_overhead_,
                expected_.view()};
    }
    /// The same with all of it copied: copies(vector) is where a vector's copy stands, copies.moved(value) a value
    /// whose tables do.
    template <class Copies> [[nodiscard]] detail::what_if_view<scorer_type> copied(Copies& copies) const {
        detail::what_if_view<scorer_type> made = view();
        const cluster_view from = made.base;
        made.base.nodes = copies(std::vector(from.nodes, from.nodes + from.size));
        made.base.type_of = copies(std::vector(from.type_of, from.type_of + from.size));
        made.base.first_gpu = copies(std::vector(from.first_gpu, from.first_gpu + from.size));
        made.base.gpus = copies(std::vector(from.gpus, from.gpus + made.gpu_count));
        made.base.types = copies(std::vector(from.types, from.types + from.type_count));
        made.shapes = copies(shapes_);
        made.shape_of = copies(shape_of_);
        made.compute = copies(compute_);
        made.scorers = copies(scorers_);
        made.expected = copies.moved(made.expected);
        return made;
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
    std::vector<Policy> variants_; // whose tables the scorers point to
    std::vector<batch_shape> shapes_;
    std::vector<std::uint32_t> shape_of_; // [tasks]
    std::vector<std::int32_t> compute_;   // [tasks]
    std::vector<scorer_type> scorers_;    // [variants, shapes]
    std::int64_t rounding_overhead_;
    policy::fragmentation_table expected_;
    bool chooses_by_id_ = false;
};

/// Makes the replays one after the other by the bodies that a GPU runs, and tells every decision where it is asked to:
/// what tests hold a GPU to.
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
    const auto carved = layout.carve(reinterpret_cast<unsigned char*>(room.data()));
    const auto replay = [&](std::size_t s, what_if_decision* to) {
        detail::replay_scenario(team, world.view(), carved, flat[s], removed.data(), results[s], to);
    };
    if (decisions != nullptr) decisions->assign(scenarios.size(), {});
    for (std::size_t s = 0; s < flat.size(); ++s) {
        replay(s, nullptr);
        if (decisions == nullptr) continue;
        (*decisions)[s].resize(results[s].placed + results[s].failed); // as many as came; now the same again
        replay(s, (*decisions)[s].data());
    }
    return results;
}

/// What replays are made with.
///
/// memory  bytes for the replays that run at once; one runs at least
/// blocks  that run at once, at most
struct what_if_options {
    std::size_t memory = std::size_t{1} << 33;
    std::uint32_t blocks = 4096;
};

/// Makes the replays, a block each and as many at once as there is room for.
///
/// returns  [scenarios]  as what_if_on_host
/// errors   what failed on the GPU
/// cost     per replay, that of a batch of its arrivals (place_batch), and of drawing them
/// memory   what_if_layout::bytes for each of those that run at once
template <space Space, what_if_policy Policy> [[nodiscard]] expected<std::vector<what_if_result>, gpu_error>
what_if(Space& in, const what_if_world<Policy>& world, const std::vector<what_if_scenario>& scenarios,
        const what_if_options& with = {}) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    using key = batch_key<Policy>;
    std::vector<std::uint32_t> removed;
    const std::vector<flat_scenario> flat = world.flatten(scenarios, removed);
    const auto count = static_cast<std::uint32_t>(flat.size());
    if (count == 0) return std::vector<what_if_result>{};
    detail::space_copies<Space> copies{in};
    const auto view = world.copied(copies);
    const auto layout = world.layout();
    const std::size_t rooms = std::max<std::size_t>(1, with.memory / layout.bytes());
    const auto blocks =
        static_cast<std::uint32_t>(std::min<std::size_t>({rooms, count, std::max(with.blocks, 1U)}));
    auto memory = in.template allocate<detail::room_unit>(blocks * layout.bytes() / sizeof(detail::room_unit));
    auto results = in.template allocate<what_if_result>(count);
    const flat_scenario* const request = copies(flat);
    const std::uint32_t* const gone = copies(removed);
    if (auto problem = copies.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    using job = detail::what_if_job<key, policy::scorer_of<Policy>>;
    run_in_blocks(in, blocks,
                  job{view, layout, reinterpret_cast<unsigned char*>(memory.data()), request, gone, results.data(),
                      count, blocks});
    std::vector<what_if_result> told(count);
    in.read(results, told.data(), count);
    if (auto problem = in.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return told;
}

} // namespace gpupack::gpu
