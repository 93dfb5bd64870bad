// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/dialect/preset.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace judge_program {

/// A cluster that follows the decisions of the original, and what is placed on it by the original's ids.
class board {
  public:
    explicit board(gpupack::cluster cluster) : cluster_{std::move(cluster)} {}

    /// The cluster as it is now.
    [[nodiscard]] const gpupack::cluster& cluster() const { return cluster_; }
    /// The number of nodes.
    [[nodiscard]] int size() const { return static_cast<int>(cluster_.size()); }
    /// A node.
    [[nodiscard]] gpupack::node_view node(int number) const {
        return cluster_[gpupack::node_id{static_cast<std::uint32_t>(number)}];
    }

    /// Places what the original placed; false where the cluster cannot hold it.
    ///
    /// @param id       the original's id of the task
    /// @param node     the node
    /// @param gpus     the GPUs
    /// @param request  the effective request
    /// @param slots    for instances, the slots
    [[nodiscard]] bool take(std::int64_t id, int node, gpupack::gpu_set gpus, const gpupack::request& request,
                            gpupack::slot_list slots = {}) {
        const gpupack::node_id where{static_cast<std::uint32_t>(node)};
        if (node < 0 || node >= size() || !gpupack::fit::fits_on(cluster_[where], request, gpus, slots)) return false;
        live_[id].push_back(cluster_.take(where, gpus, request, slots));
        return true;
    }
    /// Releases a task; nothing happens where it is not there.
    void leave(std::int64_t id) {
        const auto found = live_.find(id);
        if (found == live_.end()) return;
        for (const gpupack::placement& each : found->second) cluster_.give_back(each);
        live_.erase(found);
    }
    /// Tells a task to leave; nothing happens where it is not there.
    void set_leaving(std::int64_t id) {
        const auto found = live_.find(id);
        if (found == live_.end()) return;
        for (const gpupack::placement& each : found->second) (void)cluster_.set_leaving(each);
    }
    /// Closes GPUs of a node, or opens them.
    void set_closed(int node, gpupack::gpu_set gpus, bool closed) {
        cluster_.set_closed(gpupack::node_id{static_cast<std::uint32_t>(node)}, gpus, closed);
    }

  private:
    gpupack::cluster cluster_;
    std::map<std::int64_t, std::vector<gpupack::placement>> live_;
};

/// What gpupack decides.
struct decided {
    /// [nodes] the first number of the score, and what is taken there; nothing where the request does not fit
    std::vector<std::optional<gpupack::ranked_selection<gpupack::policy::score>>> options;
    std::vector<int> best; ///< The nodes with the highest score.
    int node = -1;         ///< The lowest of them; -1 where nothing fits.

    /// Whether the request fits a node.
    [[nodiscard]] bool fits(int number) const { return options[static_cast<std::size_t>(number)].has_value(); }
    /// The GPUs that are taken on a node where it fits.
    [[nodiscard]] gpupack::gpu_set gpus(int number) const { return options[static_cast<std::size_t>(number)]->gpus; }
    /// The slots there.
    [[nodiscard]] gpupack::slot_list slots(int number) const {
        return options[static_cast<std::size_t>(number)]->slots;
    }
    /// The first number of the score there.
    [[nodiscard]] gpupack::policy::score score(int number) const {
        return options[static_cast<std::size_t>(number)]->score;
    }
};

/// A decision that fits no node of a board.
[[nodiscard]] inline decided decide_nowhere(const board& board) {
    decided made;
    made.options.resize(board.cluster().size());
    return made;
}

[[nodiscard]] inline gpupack::policy::score first_number(gpupack::policy::score score) {
    return score;
}
/// The number that decides first.
template <class First, class Second>
[[nodiscard]] gpupack::policy::score first_number(const gpupack::policy::ranked_score<First, Second>& score) {
    return first_number(score.first);
}

/// A policy with its request rule, of one type for all of them.
class judged_policy {
  public:
    /// @param policy  which choice is the best
    /// @param rule    what is placed for a request
    template <class Policy>
    requires(!std::same_as<Policy, judged_policy> && gpupack::policy::policy<Policy>) explicit judged_policy(
        Policy policy, gpupack::request_rule rule = gpupack::request_rule::as_requested)
        : decide_{[policy](const board& board, const gpupack::request& request) {
              const auto told = gpupack::search::explain(policy, {board.cluster(), request, 0}, board.cluster().size());
              decided made = decide_nowhere(board);
              for (const auto& option : told.options) {
                  made.options[option.node.number()] =
                      gpupack::ranked_selection<gpupack::policy::score>{option, first_number(option.score)};
                  if (option.score == told.options.front().score)
                      made.best.push_back(static_cast<int>(option.node.number()));
              }
              if (!made.best.empty()) made.node = made.best.front();
              return made;
          }},
          rule_{rule} {}

    /// What is placed for a request.
    [[nodiscard]] gpupack::request effective(const gpupack::request& request) const {
        return gpupack::effective_request(rule_, request);
    }
    /// Asks the policy about every node.
    [[nodiscard]] decided operator()(const board& board, const gpupack::request& request) const {
        return decide_(board, effective(request));
    }

  private:
    std::function<decided(const board&, const gpupack::request&)> decide_;
    gpupack::request_rule rule_;
};

/// The policy of a row of presets.
template <class Rows> [[nodiscard]] judged_policy preset_of(const Rows& rows, std::string_view name) {
    std::optional<judged_policy> found;
    std::apply(
        [&](const auto&... row) {
            const auto look = [&](const auto& each) {
                if (each.name == name) found.emplace(each.make({}), each.rule);
            };
            (look(row), ...);
        },
        rows);
    return found.value();
}

/// A set of GPUs from a JSON array of their numbers.
[[nodiscard]] inline gpupack::gpu_set gpus_in(const nlohmann::json& numbers) {
    gpupack::gpu_set gpus;
    for (const auto& each : numbers) gpus.insert(each.get<int>());
    return gpus;
}

/// A set of GPUs as text: [0,3].
[[nodiscard]] inline std::string text_of(gpupack::gpu_set gpus) {
    auto numbers = nlohmann::json::array();
    for_each_gpu(gpus, [&](int i) { numbers.push_back(i); });
    return numbers.dump();
}

/// Whether a number stands in a JSON array.
[[nodiscard]] inline bool contains(const nlohmann::json& numbers, int number) {
    for (const auto& each : numbers)
        if (each == number) return true;
    return false;
}

} // namespace judge_program
