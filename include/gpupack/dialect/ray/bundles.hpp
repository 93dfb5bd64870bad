// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/ray/scorers.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// How Ray places the bundles of a group.
enum class ray_strategy : std::uint8_t { pack, spread, strict_pack, strict_spread };

/// What one bundle of a placement group asks for, or what a node has free. Ray adds up the GPUs of a node: half a GPU of each of
/// two is one GPU to it.
struct ray_bundle {
    milli_cpu cpu{};    ///< CPU.
    milli_gpu gpu{};    ///< GPUs, in thousandths.
    mebibytes memory{}; ///< Memory.

    /// Whether there is enough for a bundle.
    [[nodiscard]] constexpr bool holds(const ray_bundle& bundle) const noexcept {
        return cpu >= bundle.cpu && gpu >= bundle.gpu && memory >= bundle.memory;
    }
    /// Takes a bundle off.
    constexpr void take(const ray_bundle& bundle) noexcept {
        cpu -= bundle.cpu;
        gpu -= bundle.gpu;
        memory -= bundle.memory;
    }
    /// Ray's score of a node for a bundle that it holds.
    [[nodiscard]] constexpr policy::score score_for(const ray_bundle& bundle) const noexcept {
        return ray_left(cpu.count(), bundle.cpu.count()) + ray_left(gpu.count(), bundle.gpu.count()) +
               ray_left(memory.count(), bundle.memory.count());
    }
};

/// What the nodes of a cluster have free, as Ray sees it; nothing of closed nodes.
[[nodiscard]] inline std::vector<ray_bundle> ray_free(const cluster& cluster) {
    std::vector<ray_bundle> free;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        free.push_back(node.closed() ? ray_bundle{}
                                     : ray_bundle{node.cpu_free(), node.compute_free(), node.memory_free()});
    }
    return free;
}

/// Chooses one of some equally good nodes for a bundle: called with the number of the bundle and the nodes, lowest first.
struct ray_first_node {
    [[nodiscard]] std::size_t operator()(std::size_t, const std::vector<std::size_t>& nodes) const {
        return nodes.front();
    }
};

namespace detail {

/// Places one group, bundle by bundle, largest first: by GPUs, then memory, then CPU.
template <class Choose> class ray_placer {
  public:
    ray_placer(std::vector<ray_bundle> free, const std::vector<ray_bundle>& bundles, Choose choose)
        : free_{std::move(free)}, bundles_{bundles}, choose_{std::move(choose)}, nodes_(bundles.size()),
          left_(bundles.size()) {
        std::iota(left_.begin(), left_.end(), std::size_t{0});
        const auto size_of = [&](std::size_t b) {
            return std::tuple{bundles_[b].gpu.count(), bundles_[b].memory.count(), bundles_[b].cpu.count()};
        };
        std::stable_sort(left_.begin(), left_.end(),
                         [&](std::size_t a, std::size_t b) { return size_of(b) < size_of(a); });
        for (std::size_t n = 0; n < free_.size(); ++n) fresh_.push_back(n);
    }

    /// All on one node, which is chosen for their sum.
    std::optional<std::vector<std::size_t>> strict_pack() {
        ray_bundle sum;
        for (const ray_bundle& each : bundles_) {
            sum.cpu += each.cpu;
            sum.gpu += each.gpu;
            sum.memory += each.memory;
        }
        const auto node = best(0, sum, fresh_);
        if (!node) return std::nullopt;
        return std::vector<std::size_t>(bundles_.size(), *node);
    }

    /// The best node for the largest bundle that is left, and on it as many others as it holds; then the next node.
    std::optional<std::vector<std::size_t>> pack() {
        while (!left_.empty()) {
            const auto node = best(left_.front(), bundles_[left_.front()], fresh_);
            if (!node) return std::nullopt;
            std::vector<std::size_t> rest;
            for (const std::size_t bundle : left_) {
                if (free_[*node].holds(bundles_[bundle]))
                    place(bundle, *node);
                else
                    rest.push_back(bundle);
            }
            left_ = std::move(rest);
            std::erase(fresh_, *node);
        }
        return nodes_;
    }

    /// Each on a node without bundles of the group while one will do; else, unless strict, on one with.
    std::optional<std::vector<std::size_t>> spread(bool strict) {
        std::vector<std::size_t> used;
        for (const std::size_t bundle : left_) {
            auto node = best(bundle, bundles_[bundle], fresh_);
            if (node) {
                std::erase(fresh_, *node);
                used.push_back(*node);
            } else if (!strict) {
                std::sort(used.begin(), used.end());
                node = best(bundle, bundles_[bundle], used);
            }
            if (!node) return std::nullopt;
            place(bundle, *node);
        }
        return nodes_;
    }

  private:
    std::optional<std::size_t> best(std::size_t number, const ray_bundle& bundle,
                                    const std::vector<std::size_t>& candidates) {
        std::vector<std::size_t> equal;
        policy::score highest = -1;
        for (const std::size_t node : candidates) {
            if (!free_[node].holds(bundle)) continue;
            const policy::score score = free_[node].score_for(bundle);
            if (score > highest) equal.clear();
            if (score >= highest) equal.push_back(node);
            highest = std::max(highest, score);
        }
        if (equal.empty()) return std::nullopt;
        return choose_(number, equal);
    }

    void place(std::size_t bundle, std::size_t node) {
        free_[node].take(bundles_[bundle]);
        nodes_[bundle] = node;
    }

    std::vector<ray_bundle> free_;
    const std::vector<ray_bundle>& bundles_;
    Choose choose_;
    std::vector<std::size_t> nodes_; // [bundles]
    std::vector<std::size_t> left_;  // bundles, largest first
    std::vector<std::size_t> fresh_; // nodes without a bundle of the group
};

} // namespace detail

/// Where Ray places the bundles of a group: nodes as numbers into `free`, one a bundle; nothing where the group does not fit.
///
/// Ties: as `choose` says; Ray draws.
/// Cost: a pass over the nodes for each bundle, and for PACK for each node used; allocates.
/// Source: the bundle policies of Ray (docs/sources.md#ray).
///
/// @param free      what each node has free: ray_free(cluster)
/// @param bundles   what each bundle asks for
/// @param strategy  how the group is placed
/// @param choose    picks one of equally good nodes
template <class Choose = ray_first_node>
[[nodiscard]] std::optional<std::vector<std::size_t>> ray_bundles(std::vector<ray_bundle> free,
                                                                  const std::vector<ray_bundle>& bundles,
                                                                  ray_strategy strategy, Choose choose = {}) {
    detail::ray_placer<Choose> placer{std::move(free), bundles, std::move(choose)};
    if (strategy == ray_strategy::strict_pack) return placer.strict_pack();
    if (strategy == ray_strategy::pack) return placer.pack();
    return placer.spread(strategy == ray_strategy::strict_spread);
}

} // namespace gpupack::dialect
