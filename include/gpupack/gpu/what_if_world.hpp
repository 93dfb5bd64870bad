// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/fall_choice.hpp>
#include <gpupack/gpu/detail/what_if_bytes.hpp>
#include <gpupack/gpu/detail/what_if_workspace.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/replay/what_if_scenario.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A policy that what-if replays can be made by: one that keeps its scores.
template <class Policy>
concept what_if_policy =
    policy::policy<Policy> && policy::policy_traits<Policy>::properties.scope == policy::reads::node;

/// What all scenarios share, in host memory: the cluster as it is, the tasks, and the policies prepared for each request
/// class.
template <what_if_policy Policy> class what_if_world {
  public:
    /// The scorer that kernels call.
    using scorer_type = policy::scorer_of<Policy>;

    /// @param cluster   lives as long as this; what is placed there stays
    /// @param tasks     valid; those that choose GPUs by id only where scenarios leave the nodes as given
    /// @param variants  of the policy, one at least
    /// @param expected  what fragmentation is measured by
    /// @param rule      what is placed for a request
    what_if_world(const cluster& cluster, const std::vector<request>& tasks, std::vector<Policy> variants,
                  const task_mix& expected, request_rule rule = request_rule::as_requested)
        : cluster_{cluster}, variants_{std::move(variants)},
          rounding_overhead_{cluster.rounding_overhead().count()}, expected_{expected} {
        GPUPACK_EXPECTS(!variants_.empty(), "a policy at least");
        plan::batch_plan plan = plan::plan_batch(tasks, rule, std::max<std::size_t>(1, tasks.size()));
        classes_ = std::move(plan.classes);
        class_of_ = std::move(plan.class_of);
        for (const request& task : tasks) {
            compute_.push_back(static_cast<std::int32_t>(task.total_compute().count()));
            chooses_by_id_ = chooses_by_id_ || !task.ids.is_any();
        }
        for (const Policy& variant : variants_)
            for (const plan::request_class& each : classes_)
                scorers_.push_back(policy::prepare(variant, policy::decision{cluster, each.effective, 0}));
        if constexpr (policy::scores_by_fall<scorer_type>) glance_at_classes();
    }

    /// Bytes that one replay takes.
    [[nodiscard]] std::size_t replay_bytes() const noexcept { return layout().bytes(); }

    /// How the memory of one replay is divided.
    ///
    /// @param by_bytes  whether scores are bytes
    [[nodiscard]] detail::workspace_layout<key_under<Policy>> layout(bool by_bytes = false) const noexcept {
        return detail::workspace_layout<key_under<Policy>>{view(), by_bytes};
    }

    /// Whether a byte holds each score, and the GPUs that it is of.
    [[nodiscard]] bool scores_in_bytes() const noexcept {
        if constexpr (policy::scores_by_fall<scorer_type>) {
            constexpr auto highest = std::numeric_limits<policy::score>::max();
            const auto fits = [](const scorer_type& each) {
                return each.of_fall(highest) < std::numeric_limits<std::uint8_t>::max();
            };
            return falls_.decides_all() && cluster_.size() <= detail::most_byte_nodes &&
                   std::all_of(scorers_.begin(), scorers_.end(), fits);
        }
        return false;
    }

    /// What a scenario works on; the tables of scorers and node types are where they were made.
    [[nodiscard]] detail::what_if_view<scorer_type> view() const noexcept {
        return {.base = static_cast<const host_cluster&>(cluster_).view(),
                .gpu_count = static_cast<std::uint32_t>(cluster_.gpu_count()),
                .classes = classes_.data(),
                .class_count = static_cast<std::uint32_t>(classes_.size()),
                .class_of = class_of_.data(),
                .compute = compute_.data(),
                .task_count = static_cast<std::uint32_t>(class_of_.size()),
                .scorers = scorers_.data(),
                .rounding_overhead = rounding_overhead_,
                .expected = expected_.view(),
                .falls = falls_.view([](const auto& entries) { return entries.data(); })};
    }
    /// The same with all of it copied.
    ///
    /// @param copies  copied_vectors of the space
    template <class Copies> [[nodiscard]] detail::what_if_view<scorer_type> copied(Copies& copies) const {
        detail::what_if_view<scorer_type> copy = view();
        const cluster_view host = copy.base;
        copy.base.nodes = copies(std::vector(host.nodes, host.nodes + host.size));
        copy.base.type_of = copies(std::vector(host.type_of, host.type_of + host.size));
        copy.base.first_gpu = copies(std::vector(host.first_gpu, host.first_gpu + host.size));
        copy.base.gpus = copies(std::vector(host.gpus, host.gpus + copy.gpu_count));
        copy.base.types = copies(std::vector(host.types, host.types + host.type_count));
        copy.classes = copies(classes_);
        copy.class_of = copies(class_of_);
        copy.compute = copies(compute_);
        copy.scorers = copies(scorers_);
        copy.expected = copies.moved(copy.expected);
        copy.falls = falls_.view(copies);
        return copy;
    }

    /// The scenarios as flat records.
    ///
    /// @param scenarios  of this world
    /// @param removed    receives the nodes that they remove, one scenario after the other
    [[nodiscard]] std::vector<detail::flat_scenario> flatten(const std::vector<replay::what_if_scenario>& scenarios,
                                                             std::vector<std::uint32_t>& removed) const {
        std::vector<detail::flat_scenario> flat;
        for (const replay::what_if_scenario& each : scenarios) {
            GPUPACK_EXPECTS(each.variant < variants_.size(), "a policy that the world has");
            GPUPACK_EXPECTS(!chooses_by_id_ || each.nodes == replay::drawn_order::as_given,
                            "nodes as given, where tasks choose GPUs by id");
            const auto first = static_cast<std::uint32_t>(removed.size());
            for (const node_id node : each.removed) {
                GPUPACK_EXPECTS(node.number() < cluster_.size(), "a node of the cluster");
                removed.push_back(node.number());
            }
            flat.push_back({each.seed, each.arriving, each.variant, first, static_cast<std::uint32_t>(removed.size()),
                            each.tasks, each.nodes});
        }
        return flat;
    }

  private:
    /// Finds the classes whose ranks by falls are decided by sums, by all variants.
    void glance_at_classes() {
        std::vector<request> effective;
        for (const plan::request_class& each : classes_) effective.push_back(each.effective);
        const auto& types = cluster_.types();
        for (std::size_t s = 0; s < scorers_.size(); s += classes_.size())
            if (!detail::falls_are_summed(types, scorers_[s].measure())) return;
        if (!scorers_.empty()) falls_ = {types, effective, scorers_.front().measure()};
    }

    host_cluster cluster_;
    std::vector<Policy> variants_; // whose tables the scorers point to
    std::vector<plan::request_class> classes_;
    std::vector<std::uint32_t> class_of_; // [tasks]
    std::vector<std::int32_t> compute_;   // [tasks]
    std::vector<scorer_type> scorers_;    // [variants, classes]
    std::int64_t rounding_overhead_;
    policy::fragmentation_table expected_;
    detail::fall_glance_table falls_;
    bool chooses_by_id_ = false;
};

} // namespace gpupack::gpu
