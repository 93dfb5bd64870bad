// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "share_book.hpp"

#include <gpupack/any_policy.hpp>
#include <gpupack/any_scheduler.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/learned_mix.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace extender {

/// A node, and how good a policy finds it.
struct ranked_share_node {
    std::string name{};
    gpupack::any_score score{}; ///< Higher is better.
};

/// Chooses nodes and GPUs by a gpupack policy, on a cluster of memory alone: CPU and the rest are kube-scheduler's affair.
///
/// It only chooses; the book says what is free. Policies that decide by expected tasks learn them from the pods that come.
class share_chooser {
  public:
    /// Of a policy by name, with the MiB that a unit stands for; or what is wrong with the name.
    [[nodiscard]] static gpupack::expected<share_chooser, gpupack::input_error> make(const std::string& policy,
                                                                                     std::int64_t unit_mib);

    /// Takes what changed in a book into account.
    void follow(share_book& book);
    /// Counts a pod among those that come.
    void expect(std::int64_t units);
    /// The nodes with room for so many units, best first; ties by the order in which the nodes came.
    [[nodiscard]] std::vector<ranked_share_node> rank(std::int64_t units);
    /// The GPU that the policy takes on a node; nothing where there is no room.
    [[nodiscard]] std::optional<int> gpu_on(const std::string& node, std::int64_t units);

  private:
    share_chooser(std::string policy, std::int64_t unit_mib, gpupack::any_scheduler scheduler);

    void follow_node(share_book& book, const std::string& name);
    void renew_policy();
    [[nodiscard]] gpupack::request request_of(std::int64_t units) const;

    std::string name_;
    std::int64_t unit_mib_;
    gpupack::any_scheduler scheduler_;
    gpupack::learned_mix mix_;
    std::int64_t learned_ = -1;                                               // arrivals when the policy was made
    std::unordered_map<std::string, std::vector<gpupack::placement>> placed_; // by node
};

} // namespace extender
