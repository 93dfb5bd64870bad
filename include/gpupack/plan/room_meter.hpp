// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/places_on.hpp>
#include <gpupack/plan/room_left.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Whether places_on() is the most that any choice allows: for all requests but split slices, and GPUs on as few NUMA nodes
/// as are left.
[[nodiscard]] constexpr bool counts_exactly(const request& request) noexcept {
    const bool spans =
        request.gpus > 1 && request.numa != numa_alignment::none && request.numa != numa_alignment::single;
    return request.gpus == 0 || (!request.share.is_split() && !spans);
}

/// How many more of a request one node takes now.
///
/// Cost: that of places_on().
/// @param node     as it is
/// @param request  a valid request, as it is placed
[[nodiscard]] inline room_left room_on(const node_view& node, const request& request) {
    const std::int64_t placed = places_on(node, request);
    if (counts_exactly(request)) return {placed, placed};
    return {placed, std::max(placed, detail::most_members(node, request, most_places))};
}

/// Keeps count of how many more of some requests fit, for a process that asks after each change.
///
/// It says what a new meter would say, and looks only at the nodes that have changed: follow() at one node, refresh() at all
/// whose version is another than it was. count_room() tries more, and may say more of split slices and NUMA spans.
/// Memory: 16 bytes for each node and request.
class room_meter {
  public:
    /// Counts on all nodes.
    ///
    /// @param cluster   as it is; every later call must name the same one
    /// @param requests  valid requests, as they are placed
    room_meter(const cluster& cluster, std::vector<request> requests)
        : requests_{std::move(requests)}, totals_(requests_.size()) {
        for (const request& each : requests_) GPUPACK_EXPECTS(is_valid(each), "valid requests");
        refresh(cluster);
    }

    /// The requests, in their order.
    [[nodiscard]] const std::vector<request>& requests() const noexcept { return requests_; }
    /// How many more of the nth request fit. Cost: constant.
    [[nodiscard]] room_left room(std::size_t nth) const {
        GPUPACK_EXPECTS(nth < totals_.size(), "the number of a request");
        return totals_[nth];
    }

    /// Counts again on a node that came, changed or went, as an observer of the cluster hears of it. Cost: places_on() for
    /// each request.
    ///
    /// @param cluster  as it is now
    /// @param node     its id, or the one that it had
    void follow(const cluster& cluster, node_id node) {
        GPUPACK_EXPECTS(node.number() < cluster.size(), "a node of this cluster");
        grow(cluster.size());
        count(cluster, node.number());
    }
    /// Counts again on all nodes that have changed. Cost: a look at each node, and places_on() for each request there.
    ///
    /// @param cluster  as it is now
    void refresh(const cluster& cluster) {
        grow(cluster.size());
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (versions_[n] != version_of(cluster, n)) count(cluster, n);
    }

  private:
    static constexpr std::uint64_t unseen = ~std::uint64_t{0};
    static constexpr std::uint64_t gone = unseen - 1;

    [[nodiscard]] static std::uint64_t version_of(const cluster& cluster, std::uint32_t number) {
        const node_id id = cluster.id_at(number);
        return cluster.contains(id) ? cluster.version_of(id) : gone;
    }
    void grow(std::size_t nodes) {
        versions_.resize(std::max(nodes, versions_.size()), unseen);
        rooms_.resize(versions_.size() * requests_.size());
    }
    void count(const cluster& cluster, std::uint32_t number) {
        versions_[number] = version_of(cluster, number);
        const node_view node = cluster.node_at(number);
        for (std::size_t r = 0; r < requests_.size(); ++r) {
            room_left& before = rooms_[number * requests_.size() + r];
            const room_left now = versions_[number] == gone ? room_left{} : room_on(node, requests_[r]);
            totals_[r].least += now.least - before.least;
            totals_[r].most += now.most - before.most;
            before = now;
        }
    }

    std::vector<request> requests_;
    std::vector<room_left> totals_;       // [requests_]
    std::vector<std::uint64_t> versions_; // [nodes]  as they were when they were counted
    std::vector<room_left> rooms_;        // [nodes][requests_]
};

} // namespace gpupack::inline GPUPACK_ABI::plan
