// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A score of any policy: its numbers in the order in which they decide.
using any_score = std::vector<policy::score>;

/// How a policy takes GPUs of a node in one decision.
using gpu_chooser = std::function<selection(const node_view&, const request&)>;

namespace detail {

inline void append_score(any_score& numbers, policy::score score) {
    numbers.push_back(score);
}
template <class First, class Second>
void append_score(any_score& numbers, const policy::ranked_score<First, Second>& score) {
    append_score(numbers, score.first);
    append_score(numbers, score.second);
}

/// Destroys a searcher whose type only the function knows.
using searcher_ptr = std::unique_ptr<void, void (*)(void*)>;

/// What any_policy calls: one table of functions for each pair of a policy and an engine.
struct policy_functions {
    searcher_ptr (*make_searcher)(const void* self, const cluster& cluster);
    std::optional<selection> (*find)(const void* self, void* searcher, const policy::decision& decision);
    std::optional<selection> (*dry_run)(const void* self, const void* searcher, const policy::decision& decision);
    void (*changed)(void* searcher, const cluster& cluster, node_id node);
    std::optional<selection> (*scan)(const void* self, const policy::decision& decision);
    explanation<any_score> (*explain)(const void* self, const policy::decision& decision, std::size_t options);
    gpu_chooser (*prepare_chooser)(const void* self, const policy::decision& decision);
};

template <policy::policy Policy> [[nodiscard]] explanation<any_score>
explain_any(const Policy& policy, const policy::decision& decision, std::size_t options) {
    const auto typed = search::explain(policy, decision, options);
    explanation<any_score> result;
    result.nodes = typed.nodes;
    for (int i = 0; i < fit::reason_count; ++i) result.failed[i] = typed.failed[i];
    for (const auto& option : typed.options) {
        any_score numbers;
        append_score(numbers, option.score);
        result.options.push_back({option, std::move(numbers)});
    }
    return result;
}

/// A policy and an engine, and their functions.
template <policy::policy Policy, search::engine Engine> struct policy_with_engine {
    using searcher_type =
        decltype(std::declval<const Engine&>().template make_searcher<Policy>(std::declval<const cluster&>()));

    Policy policy;
    Engine engine;

    [[nodiscard]] static const policy_with_engine& from(const void* self) noexcept {
        return *static_cast<const policy_with_engine*>(self);
    }
    static void destroy(void* searcher) { delete static_cast<searcher_type*>(searcher); }
    static searcher_ptr make_searcher(const void* self, const cluster& cluster) {
        return {new searcher_type(from(self).engine.template make_searcher<Policy>(cluster)), &destroy};
    }
    static std::optional<selection> find(const void* self, void* searcher, const policy::decision& decision) {
        return static_cast<searcher_type*>(searcher)->find(from(self).policy, decision);
    }
    static std::optional<selection> dry_run(const void* self, const void* searcher, const policy::decision& decision) {
        return search::dry_run(*static_cast<const searcher_type*>(searcher), from(self).policy, decision);
    }
    static void changed(void* searcher, const cluster& cluster, node_id node) {
        static_cast<searcher_type*>(searcher)->changed(cluster, node);
    }
    static std::optional<selection> scan(const void* self, const policy::decision& decision) {
        return search::scan::searcher{}.find(from(self).policy, decision);
    }
    static explanation<any_score> explain(const void* self, const policy::decision& decision, std::size_t options) {
        return explain_any(from(self).policy, decision, options);
    }
    static gpu_chooser prepare_chooser(const void* self, const policy::decision& decision) {
        return [scorer = policy::prepare(from(self).policy, decision)](const node_view& node, const request& request) {
            return policy::select_gpus(scorer, node, request);
        };
    }

    static constexpr policy_functions functions{&make_searcher, &find,    &dry_run,        &changed,
                                                &scan,          &explain, &prepare_chooser};
};

/// Whether a type is an optional or expected value of another one. Whether such a type is a policy depends on what its value
/// is made of, so a constructor that asks this would ask about itself.
template <class Type, class Value>
concept wraps = requires {
    requires std::same_as<typename Type::value_type, Value>;
};

} // namespace detail

class any_searcher;

/// A policy chosen at run time: a policy, the engine that searches for it and the request rule, with one type for all
/// of them.
///
/// The types are forgotten once a decision and not once a node, so that a decision costs one indirect call more than
/// under a scheduler that knows them. Copies share what they hold, which never changes.
class any_policy {
  public:
    /// @param policy  which choice is the best
    /// @param engine  how the best choice is found
    /// @param rule    what is placed for a request
    template <class Policy, search::engine Engine = search::scan>
    requires(!std::same_as<Policy, any_policy> && !detail::wraps<Policy, any_policy> &&
             policy::policy<Policy>) explicit any_policy(Policy policy, Engine engine = {},
                                                         request_rule rule = request_rule::as_requested)
        : functions_{&detail::policy_with_engine<Policy, Engine>::functions},
          // In braces: clang++ 14 does not initialise an aggregate in parentheses.
          self_{std::make_shared<const detail::policy_with_engine<Policy, Engine>>(
              detail::policy_with_engine<Policy, Engine>{std::move(policy), std::move(engine)})},
          rule_{rule} {}

    /// What is placed for a request.
    [[nodiscard]] request_rule rule() const noexcept { return rule_; }

    /// A searcher of the engine for that cluster.
    [[nodiscard]] any_searcher make_searcher(const cluster& cluster) const;

    /// The best choice, found by looking at every node; nothing where the request fits nowhere.
    [[nodiscard]] std::optional<selection> scan(const policy::decision& decision) const {
        return functions_->scan(self_.get(), decision);
    }

    /// The best options for a request, and the reasons of the nodes that fail; see search::explain.
    [[nodiscard]] explanation<any_score> explain(const policy::decision& decision, std::size_t options) const {
        return functions_->explain(self_.get(), decision, options);
    }

    /// How the policy takes GPUs in one decision, for plans that choose the nodes: call it with a node and a request that
    /// fits there.
    [[nodiscard]] gpu_chooser prepare_chooser(const policy::decision& decision) const {
        return functions_->prepare_chooser(self_.get(), decision);
    }

  private:
    friend class any_searcher;

    const detail::policy_functions* functions_;
    std::shared_ptr<const void> self_;
    request_rule rule_;
};

/// A searcher of any policy and engine: see search::searcher.
class any_searcher {
  public:
    /// The searcher of a policy for a cluster.
    any_searcher(any_policy policy, const cluster& cluster)
        : policy_{std::move(policy)}, searcher_{policy_.functions_->make_searcher(policy_.self_.get(), cluster)} {}

    /// The best choice; nothing where the request fits nowhere.
    [[nodiscard]] std::optional<selection> find(const policy::decision& decision) {
        return policy_.functions_->find(policy_.self_.get(), searcher_.get(), decision);
    }

    /// The same without learning anything; calls of it may overlap.
    [[nodiscard]] std::optional<selection> dry_run(const policy::decision& decision) const {
        return policy_.functions_->dry_run(policy_.self_.get(), searcher_.get(), decision);
    }

    /// That node of the cluster was changed by a placement or a release.
    void changed(const cluster& cluster, node_id node) { policy_.functions_->changed(searcher_.get(), cluster, node); }

    /// The policy that it searches for.
    [[nodiscard]] const any_policy& policy() const noexcept { return policy_; }

  private:
    any_policy policy_;
    detail::searcher_ptr searcher_;
};

inline any_searcher any_policy::make_searcher(const cluster& cluster) const {
    return {*this, cluster};
}

} // namespace gpupack
