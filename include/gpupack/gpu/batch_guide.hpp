// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/plan/batch_plan.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/state/cluster.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The lowest and the highest of some values, whatever their order; what a guide is told of the nodes that fit.
struct value_span {
    policy::score lowest = 0;
    policy::score highest = 0;
    bool any = false;

    GPUPACK_HD constexpr void offer(policy::score value) noexcept { join({value, value, true}); }
    GPUPACK_HD constexpr void join(const value_span& other) noexcept {
        if (!other.any) return;
        if (!any || other.lowest < lowest) lowest = other.lowest;
        if (!any || highest < other.highest) highest = other.highest;
        any = true;
    }
};

/// Makes the scorers of a policy for the decisions of a batch, where no host is at hand to prepare them. Flat, and
/// called by one thread at a time but for `measure`.
///
/// This one, and all that keep scores: a scorer for each shape, prepared on the host once.
/// scorers  [shapes]
///
/// What a guide offers a walk, beside its scorer_type:
/// prepare  makes the scorer of one decision
/// begin    where it is there, makes the scorer's fixed part, once a batch
/// measure  where it is there, a value of a node that fits, false where the node has none: prepare is told the span
///          of all of them
/// note     where it is there, takes what a node contributes to sums over the cluster off (sign -1) before a
///          placement on those GPUs, and adds it (1) after it
template <class Scorer> struct shape_guide {
    using scorer_type = Scorer;

    const Scorer* scorers = nullptr;

    GPUPACK_HD constexpr void prepare(Scorer& made, std::uint32_t shape, std::uint64_t,
                                      const value_span&) const noexcept {
        made = scorers[shape];
    }
};

/// Whether a guide must see a value of every node that fits before it can make a scorer.
template <class Guide>
concept measuring = requires(const Guide& guide, const node_view& node, const request& request,
                             policy::score& value) {
    guide.measure(node, request, std::uint32_t{}, value);
};

namespace detail {

/// guide.begin, where it is there.
template <class Guide>
GPUPACK_HD constexpr void begin(const Guide& guide, typename Guide::scorer_type& made) noexcept {
    if constexpr (requires { guide.begin(made); }) guide.begin(made);
}

/// guide.note, where it is there.
template <class Guide>
GPUPACK_HD constexpr void note(const Guide& guide, const node_view& node, gpu_set gpus, int sign) noexcept {
    if constexpr (requires { guide.note(node, gpus, sign); }) guide.note(node, gpus, sign);
}

} // namespace detail

/// A guide that draws by the decision's number, as policy::random and gpu_random do.
template <class Policy> struct random_guide {
    using scorer_type = policy::scorer_of<Policy>;

    Policy by{};

    GPUPACK_HD constexpr void prepare(scorer_type& made, std::uint32_t, std::uint64_t ordinal,
                                      const value_span&) const noexcept {
        made = by.scorer_at(ordinal);
    }
};

/// A guide that stretches the scores of an inner policy over the nodes that fit, as policy::normalize does.
///
/// scorers  [shapes]  of the inner policy
template <class Scorer> struct normalize_guide {
    using scorer_type = policy::normalized_scorer<Scorer>;

    const Scorer* scorers = nullptr;
    policy::score points = 100;

    GPUPACK_HD constexpr bool measure(const node_view& node, const request& request, std::uint32_t shape,
                                      policy::score& value) const noexcept {
        value = policy::node_score(scorers[shape], node, request);
        return true;
    }
    GPUPACK_HD constexpr void prepare(scorer_type& made, std::uint32_t shape, std::uint64_t,
                                      const value_span& seen) const noexcept {
        made = {scorers[shape], {seen.lowest, seen.highest, points}};
    }
};

/// A guide that measures what is free on the nodes that fit, as dialect::kai_node does.
struct kai_guide {
    using scorer_type = dialect::kai_node_scorer;

    policy::strategy lean = policy::strategy::binpack;

    GPUPACK_HD constexpr bool measure(const node_view& node, const request& request, std::uint32_t,
                                      policy::score& value) const noexcept {
        const dialect::kai_amounts of = dialect::kai_amounts_of(node, request);
        value = of.free;
        return lean == policy::strategy::binpack && of.all != 0;
    }
    GPUPACK_HD constexpr void prepare(scorer_type& made, std::uint32_t, std::uint64_t,
                                      const value_span& seen) const noexcept {
        made = {lean, seen.lowest, seen.highest};
    }
};

/// Two guides, one for the node and one for the GPUs; only the first may measure.
template <class Node, class Gpus> struct node_then_gpus_guide {
    using scorer_type = policy::node_then_gpus_policy<typename Node::scorer_type, typename Gpus::scorer_type>;
    static_assert(!measuring<Gpus>, "only the node's policy may look at all nodes");

    Node node;
    Gpus gpus;

    GPUPACK_HD constexpr bool measure(const node_view& on, const request& request, std::uint32_t shape,
                                      policy::score& value) const noexcept requires measuring<Node> {
        return node.measure(on, request, shape, value);
    }
    GPUPACK_HD constexpr void begin(scorer_type& made) const noexcept {
        detail::begin(node, made.node);
        detail::begin(gpus, made.gpus);
    }
    GPUPACK_HD constexpr void prepare(scorer_type& made, std::uint32_t shape, std::uint64_t ordinal,
                                      const value_span& seen) const noexcept {
        node.prepare(made.node, shape, ordinal, seen);
        gpus.prepare(made.gpus, shape, ordinal, seen);
    }
    GPUPACK_HD constexpr void note(const node_view& on, gpu_set of, int sign) const noexcept {
        detail::note(node, on, of, sign);
        detail::note(gpus, on, of, sign);
    }
};

/// Whether the scores of a policy depend on the node and the request alone.
template <class Policy> inline constexpr bool reads_nodes_alone =
    policy::policy_traits<Policy>::properties.scope == policy::reads::node;

/// Owns on the host what a guide of a policy points to. Specialised for policies that look at the whole cluster;
/// one of those without a specialisation cannot be placed in batches.
///
/// view(place)  the guide; place(vector) says where a vector's elements are to be read and written, which is
///              data() for the host, and wherever they were copied to for a device
template <class Policy> class guide_data;

/// Of policies that keep their scores.
template <class Policy>
requires(reads_nodes_alone<Policy>) class guide_data<Policy> {
  public:
    guide_data(const Policy& by, const cluster& on, const std::vector<plan::request_class>& classes) {
        scorers_.reserve(classes.size());
        for (const plan::request_class& each : classes)
            scorers_.push_back(policy::prepare(by, policy::decision{on, each.effective, 0}));
    }
    template <class Place> [[nodiscard]] shape_guide<policy::scorer_of<Policy>> view(Place&& place) {
        return {place(scorers_)};
    }

  private:
    std::vector<policy::scorer_of<Policy>> scorers_; // [shapes]
};

/// Of policies that draw.
template <class Policy>
requires(std::same_as<Policy, policy::random> ||
         std::same_as<Policy, policy::gpu_random>) class guide_data<Policy> {
  public:
    guide_data(const Policy& by, const cluster&, const std::vector<plan::request_class>&) : by_{by} {}
    template <class Place> [[nodiscard]] random_guide<Policy> view(Place&&) const { return {by_}; }

  private:
    Policy by_;
};

/// Of policies that are normalized and else keep their scores.
template <class Policy>
requires(reads_nodes_alone<Policy>) class guide_data<policy::normalized_policy<Policy>> {
  public:
    guide_data(const policy::normalized_policy<Policy>& by, const cluster& on,
               const std::vector<plan::request_class>& classes)
        : inner_{by.inner, on, classes}, points_{by.points} {}
    template <class Place> [[nodiscard]] normalize_guide<policy::scorer_of<Policy>> view(Place&& place) {
        return {inner_.view(place).scorers, points_};
    }

  private:
    guide_data<Policy> inner_;
    policy::score points_;
};

/// Of KAI's nodes.
template <> class guide_data<dialect::kai_node> {
  public:
    guide_data(const dialect::kai_node& by, const cluster&, const std::vector<plan::request_class>&) : lean_{by.lean} {}
    template <class Place> [[nodiscard]] kai_guide view(Place&&) const { return {lean_}; }

  private:
    policy::strategy lean_;
};

/// Of two levels, one of which looks at the whole cluster.
template <class Node, class Gpus>
requires(!reads_nodes_alone<policy::node_then_gpus_policy<Node, Gpus>>) class guide_data<
    policy::node_then_gpus_policy<Node, Gpus>> {
  public:
    guide_data(const policy::node_then_gpus_policy<Node, Gpus>& by, const cluster& on,
               const std::vector<plan::request_class>& classes)
        : node_{by.node, on, classes}, gpus_{by.gpus, on, classes} {}
    template <class Place> [[nodiscard]] auto view(Place&& place) {
        const auto node = node_.view(place);
        const auto gpus = gpus_.view(place);
        return node_then_gpus_guide<std::remove_const_t<decltype(node)>, std::remove_const_t<decltype(gpus)>>{node,
                                                                                                         gpus};
    }

  private:
    guide_data<Node> node_;
    guide_data<Gpus> gpus_;
};

/// What a policy's nodes compare by.
template <class Policy> using batch_key =
    decltype(policy::node_score(std::declval<const policy::scorer_of<Policy>&>(), std::declval<const node_view&>(),
                          std::declval<const request&>()));

/// A policy that batches can be placed by: all that keep their scores, and of those that look at the whole cluster
/// the ones that have a guide.
template <class Policy>
concept batch_policy = policy::policy<Policy> && requires {
    sizeof(guide_data<Policy>);
};

} // namespace gpupack::gpu
