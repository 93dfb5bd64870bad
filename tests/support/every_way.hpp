// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/every_choice.hpp"

#include <gpupack/request/gang.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace test {

/// Tries every order of the members, every node, every set of GPUs and every slot, on a cluster that is really changed. The only
/// thing that it leaves out are states that it has been in before.
class every_way {
  public:
    every_way(const gpupack::cluster& cluster, const gpupack::gang& gang) : cluster_{cluster}, gang_{gang} {
        for (const gpupack::gang_part& part : gang.parts) left_.push_back(part.count);
    }

    /// Whether there is a way on these nodes; nothing where it takes too long to tell.
    std::optional<bool> exists(const std::vector<gpupack::node_id>& nodes) {
        nodes_ = nodes;
        seen_.clear();
        on_node_.assign(cluster_.size(), 0);
        const bool found = next();
        if (!found && seen_.size() >= most_states) return std::nullopt;
        return found;
    }

  private:
    bool next() {
        if (std::all_of(left_.begin(), left_.end(), [](int left) { return left == 0; }))
            return std::all_of(nodes_.begin(), nodes_.end(), [&](gpupack::node_id node) {
                const int members = on_node_[node.number()];
                return members == 0 || (members >= gang_.least_per_node && members <= gang_.most_per_node);
            });
        if (seen_.size() >= most_states || !seen_.insert(key()).second) return false;
        for (std::size_t part = 0; part < left_.size(); ++part)
            for (const gpupack::node_id node : nodes_)
                if (left_[part] > 0 && any_choice(part, node)) return true;
        return false;
    }

    bool any_choice(std::size_t part, gpupack::node_id node) {
        const std::vector<gpupack::selection> choices = every_choice(cluster_[node], gang_.parts[part].request);
        return std::any_of(choices.begin(), choices.end(),
                           [&](const gpupack::selection& each) { return attempt(part, each); });
    }

    bool attempt(std::size_t part, const gpupack::selection& choice) {
        const gpupack::placement taken =
            cluster_.take(choice.node, choice.gpus, gang_.parts[part].request, choice.slots);
        --left_[part];
        ++on_node_[choice.node.number()];
        const bool found = next();
        --on_node_[choice.node.number()];
        ++left_[part];
        cluster_.give_back(taken);
        return found;
    }

    std::string key() const {
        std::string text;
        for (const int left : left_) text.append(std::to_string(left)).append(",");
        for (const gpupack::node_id id : nodes_) {
            const gpupack::node_view node = cluster_[id];
            text.append(std::to_string(on_node_[id.number()])).append(";");
            for (int i = 0; i < node.gpu_count(); ++i) {
                const gpupack::gpu_state& gpu = node.gpu(i);
                for (const std::int64_t each :
                     {std::int64_t{gpu.memory_free}, std::int64_t{gpu.compute_free}, std::int64_t{gpu.sharers()},
                      std::int64_t{gpu.width_or_profiles}, static_cast<std::int64_t>(gpu.occupied()),
                      static_cast<std::int64_t>(gpu.way)})
                    text.append(std::to_string(each)).append(" ");
            }
            text.append(std::to_string(node.cpu_free().count()))
                .append(" ")
                .append(std::to_string(node.memory_free().count()));
        }
        return text;
    }

    static constexpr std::size_t most_states = 30'000;

    gpupack::cluster cluster_;
    const gpupack::gang& gang_;
    std::vector<int> left_;
    std::vector<gpupack::node_id> nodes_;
    std::vector<int> on_node_;
    std::unordered_set<std::string> seen_;
};

} // namespace test
