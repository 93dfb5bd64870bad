// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/node_id.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/cell_grant.hpp>
#include <gpupack/plan/virtual_clusters.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// What a change of the cluster did to promises.
struct promise_change {
    std::vector<cell_lease>
        lost_gpus{}; ///< Leases that hold GPUs that went away or were closed; each once, by their place.
    std::vector<std::int64_t> broken{};   ///< [levels] Promised cells that cannot be had in full any more.
    std::vector<std::int64_t> restored{}; ///< [levels] Promised cells that can be had in full again.

    /// Whether no promise and no lease is the worse for it.
    [[nodiscard]] bool harmless() const {
        return lost_gpus.empty() &&
               std::all_of(broken.begin(), broken.end(), [](std::int64_t each) { return each == 0; });
    }
    /// One line: "2 quads and 1 node that were promised cannot be had; 1 lease lost GPUs"; empty where it is harmless.
    [[nodiscard]] std::string message(const cell_chain& chain) const {
        std::string cells;
        for (int level = chain.top(); level >= 0; --level) {
            const std::int64_t count = broken[static_cast<std::size_t>(level)];
            if (count == 0) continue;
            cells.append(cells.empty() ? "" : ", ")
                .append(std::to_string(count))
                .append(" ")
                .append(chain.name_of(level));
        }
        if (!cells.empty()) cells.append(": promised, and cannot be had now");
        if (lost_gpus.empty()) return cells;
        return cells.append(cells.empty() ? "" : "; ")
            .append(std::to_string(lost_gpus.size()))
            .append(" leases hold GPUs that are gone or closed");
    }

    friend bool operator==(const promise_change&, const promise_change&) = default;
};

/// Virtual clusters over a live cluster: a GPU that fails, is closed, is taken away or whose node goes is bad until it is back,
/// and a node that comes takes a vacant place.
///
/// The chain may have vacant places from the start (node_id::none()) for nodes that may come; what is promised beyond the nodes
/// that there are is said by shortfall(). Nothing is broken in silence: each call that takes GPUs away returns who holds them
/// and which promises can no longer be kept. Ids are of one node for ever, so that a place whose node is gone stays vacant until
/// join(), whatever node gets the number.
class live_virtual_clusters {
  public:
    /// Of virtual clusters, and of the state in which the cluster is.
    ///
    /// @param clusters    whose chain names nodes of the cluster
    /// @param cluster     the nodes; not kept
    /// @param node_level  the level of the chain whose cells are nodes
    live_virtual_clusters(virtual_clusters clusters, const cluster& cluster, int node_level)
        : clusters_{std::move(clusters)}, node_level_{node_level} {
        GPUPACK_EXPECTS(node_level >= 0 && node_level < clusters_.chain().levels(), "a level of the chain");
        for (std::uint32_t gpu = 0; gpu < chain().gpus(); ++gpu) {
            const gpu_place place = chain().place_of(gpu);
            if (!place.vacant()) gpus_of_[place.node].push_back(gpu);
            judge(cluster, gpu, nullptr);
        }
    }

    /// The virtual clusters: what can be had and what is promised.
    [[nodiscard]] const virtual_clusters& clusters() const noexcept { return clusters_; }
    /// The same, to allocate, borrow and release.
    [[nodiscard]] virtual_clusters& clusters() noexcept { return clusters_; }
    /// The chain as it is now.
    [[nodiscard]] const cell_chain& chain() const noexcept { return clusters_.chain(); }

    /// Follows a change of a node: closed or opened, changed, removed. For a cluster's observer, or after each such call; for other
    /// changes it does nothing. Cost: the levels for each GPU of the node, and two counts of shortfalls.
    ///
    /// @param cluster  as it is now
    /// @param node     the node that changed, by the id that it had
    /// @return         what that did
    promise_change follow(const cluster& cluster, node_id node) {
        const auto known = gpus_of_.find(node);
        promise_change change;
        const std::vector<std::int64_t> before = clusters_.shortfall();
        if (known != gpus_of_.end())
            for (const std::uint32_t gpu : known->second) judge(cluster, gpu, &change);
        compare(before, change);
        return change;
    }

    /// The cells of the node level that wait for a node: vacant from the start, or their node is gone; lowest first.
    [[nodiscard]] std::vector<cell> vacancies(const cluster& cluster) const {
        std::vector<cell> found;
        for (std::uint32_t index = 0; index < chain().count(node_level_); ++index)
            if (const cell where{node_level_, index}; is_vacant(cluster, where)) found.push_back(where);
        return found;
    }

    /// Gives a node of the cluster a vacant place: the one that is named, else the lowest that nobody holds any of.
    ///
    /// @param cluster  as it is now
    /// @param node     a node of it that has no place yet
    /// @param where    a cell of the node level
    /// @return         what that did: larger promises come first, so that a smaller one may now be short in place of a larger; or an error: a node that is not there, has a place, or has another number of
    ///                 GPUs than a cell of the node level; no vacant place, or one that is not vacant or that somebody holds some of
    [[nodiscard]] expected<promise_change, input_error> join(const cluster& cluster, node_id node,
                                                             std::optional<cell> where = std::nullopt) {
        if (!cluster.contains(node) || gpus_of_.contains(node))
            return bad_input("node", cluster.contains(node) ? cluster.name(node) : std::to_string(node.number()),
                             "a node of the cluster without a place");
        const auto gpus = static_cast<std::uint32_t>(cluster[node].gpu_count());
        if (gpus != chain().size_of(node_level_))
            return bad_input("GPUs of the node", std::to_string(gpus), std::to_string(chain().size_of(node_level_)));
        if (!where) {
            for (const cell each : vacancies(cluster))
                if (!where && is_free(each)) where = each;
            if (!where) return bad_input("node", cluster.name(node), "a vacant place that nobody holds any of");
        }
        if (where->level != node_level_ || !chain().has(*where) || !is_vacant(cluster, *where))
            return bad_input("cell", std::to_string(where->index), "a vacant place");
        const node_id gone = chain().place_of(chain().first_gpu(*where)).node;
        if (const auto seated = clusters_.seat(*where, node); !seated) return unexpected<input_error>{seated.error()};
        gpus_of_.erase(gone);
        for (std::uint32_t i = 0; i < gpus; ++i) gpus_of_[node].push_back(chain().first_gpu(*where) + i);
        return follow(cluster, node);
    }

  private:
    [[nodiscard]] static bool is_good(const cluster& cluster, gpu_place place) {
        if (place.vacant() || !cluster.contains(place.node)) return false;
        const node_view node = cluster[place.node];
        return !node.closed() && place.gpu < node.gpu_count() && !node.gpu(place.gpu).closed;
    }

    /// Marks a GPU as the cluster has it, and notes who loses it.
    void judge(const cluster& cluster, std::uint32_t gpu, promise_change* change) {
        if (is_good(cluster, chain().place_of(gpu))) return clusters_.mark_good(gpu);
        const bool is_new = !clusters_.is_bad(gpu);
        const std::optional<cell_lease> holder = clusters_.mark_bad(gpu);
        if (change == nullptr || !is_new || !holder) return;
        std::vector<cell_lease>& lost = change->lost_gpus;
        if (std::find(lost.begin(), lost.end(), *holder) == lost.end()) lost.push_back(*holder);
    }

    void compare(const std::vector<std::int64_t>& before, promise_change& change) const {
        const std::vector<std::int64_t> after = clusters_.shortfall();
        for (std::size_t level = 0; level < after.size(); ++level) {
            change.broken.push_back(std::max<std::int64_t>(after[level] - before[level], 0));
            change.restored.push_back(std::max<std::int64_t>(before[level] - after[level], 0));
        }
    }

    [[nodiscard]] bool is_vacant(const cluster& cluster, cell where) const {
        const gpu_place place = chain().place_of(chain().first_gpu(where));
        return place.vacant() || !cluster.contains(place.node);
    }
    [[nodiscard]] bool is_free(cell where) const {
        for (std::uint32_t i = 0; i < chain().size_of(where.level); ++i)
            if (clusters_.holder_of(chain().first_gpu(where) + i)) return false;
        return true;
    }

    virtual_clusters clusters_;
    int node_level_;
    std::unordered_map<node_id, std::vector<std::uint32_t>> gpus_of_; // GPUs of the chain
};

} // namespace gpupack::plan
