// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_device_view.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/pool_gathering.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/pool_state.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_slice.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// What a device takes of a counter: the counter's number in node_devices, and 10^-9 of its unit.
struct counter_need {
    std::size_t counter = 0; ///< The number of the counter.
    detail::wide amount = 0; ///< In 10^-9.
};

/// A device that a node can use.
struct node_device {
    const device* content = nullptr;                 ///< The device; belongs to its slice.
    const resource_slice* slice = nullptr;           ///< Where it is published.
    std::size_t pool = 0;                            ///< The number of its pool.
    std::vector<counter_need> needs{};               ///< What it takes of the counters of its pool.
    std::unique_ptr<detail::cel_device_view> view{}; ///< As selectors see it.
};

/// A pool of devices, as a node sees it.
struct node_pool {
    std::string driver;                    ///< The driver.
    std::string name;                      ///< The pool.
    pool_state state = pool_state::usable; ///< Whether devices may be taken from it.
    std::string reason;                    ///< Why not.
    std::size_t account = 0; ///< Pools of one account share their counters: a pool has its own, but for a quirk.
    std::vector<std::pair<std::size_t, detail::wide>> counters{}; ///< Counters and what is published of them.
    std::vector<std::string> counter_names{};                     ///< Their names, without the sets.
    std::vector<node_device> elsewhere{}; ///< Devices of the pool on other nodes, which take of its counters too.
};

/// The devices that a node can use, in the order in which kube-scheduler looks at them.
///
/// Made from the slices of a cluster; they must outlive it. Slices change seldom: keep it until they do.
/// Sources: pools by driver and name, pools with binding conditions last, slices by name, devices as published
/// (docs/sources.md#kubernetes-dra).
class node_devices {
  public:
    /// Gathers the devices of a node.
    ///
    /// @param slices    all slices of the cluster
    /// @param node      the node
    /// @param features  what is switched on
    /// @param quirks    what an older release did otherwise
    /// @return the devices, or the node selector that cannot be evaluated
    [[nodiscard]] static expected<node_devices, dra_failure> gather(std::span<const resource_slice> slices,
                                                                    const kubernetes_node& node,
                                                                    const dra_features& features = {},
                                                                    const dra_quirks& quirks = {}) {
        std::vector<const resource_slice*> pointers;
        pointers.reserve(slices.size());
        for (const resource_slice& slice : slices) pointers.push_back(&slice);
        return gather(std::span<const resource_slice* const>{pointers}, node, features, quirks);
    }

    /// Gathers the devices of a node from slices that are kept elsewhere.
    ///
    /// @param slices    all slices that concern the node, or share a pool with one that does
    /// @param node      the node
    /// @param features  what is switched on
    /// @param quirks    what an older release did otherwise
    /// @return the devices, or the node selector that cannot be evaluated
    [[nodiscard]] static expected<node_devices, dra_failure> gather(std::span<const resource_slice* const> slices,
                                                                    const kubernetes_node& node,
                                                                    const dra_features& features = {},
                                                                    const dra_quirks& quirks = {}) {
        auto gathered = detail::gather_pools(slices, node, features);
        if (!gathered) return unexpected<dra_failure>{std::move(gathered.error())};
        node_devices made;
        made.node_ = node;
        for (detail::gathered_pool& pool : *gathered) made.add(std::move(pool), quirks);
        made.counters_ = made.numbers_.size();
        made.numbers_ = {};
        return made;
    }

    [[nodiscard]] const kubernetes_node& node() const noexcept { return node_; }       ///< The node.
    [[nodiscard]] std::span<const node_pool> pools() const noexcept { return pools_; } ///< In the order of the search.
    [[nodiscard]] std::span<const node_device> devices() const noexcept {
        return devices_;
    }                                                                         ///< In the order of the search.
    [[nodiscard]] std::size_t counters() const noexcept { return counters_; } ///< The number of counters of all pools.

  private:
    void add(detail::gathered_pool gathered, const dra_quirks& quirks) {
        node_pool pool{.driver = std::move(gathered.driver),
                       .name = std::move(gathered.name),
                       .state = gathered.state,
                       .reason = std::move(gathered.reason)};
        pool.account = pools_.size();
        if (quirks.counters_by_pool_name)
            for (std::size_t i = pools_.size(); i-- > 0;)
                if (pools_[i].name == pool.name) pool.account = pools_[i].account;
        for (const counter_set* set : gathered.sets)
            for (const auto& [name, amount] : set->counters) {
                pool.counters.emplace_back(counter(pool.account, set->name, name), amount.nanos());
                pool.counter_names.push_back(name);
            }
        for (const detail::gathered_device& one : gathered.devices) devices_.push_back(prepared(one, pool));
        for (const detail::gathered_device& one : gathered.elsewhere) pool.elsewhere.push_back(prepared(one, pool));
        pools_.push_back(std::move(pool));
    }

    [[nodiscard]] node_device prepared(const detail::gathered_device& one, const node_pool& pool) {
        node_device made{.content = one.content, .slice = one.slice, .pool = pools_.size()};
        if (!pool.counters.empty())
            for (const counter_use& use : one.content->consumes)
                for (const auto& [name, amount] : use.counters)
                    made.needs.push_back({counter(pool.account, use.set, name), amount.nanos()});
        made.view = std::make_unique<detail::cel_device_view>(*one.content, one.slice->driver);
        return made;
    }

    /// The number of a counter, a new one where it is not known.
    [[nodiscard]] std::size_t counter(std::size_t account, std::string_view set, std::string_view name) {
        std::string key = std::to_string(account);
        key.append("\n").append(set).append("\n").append(name);
        return numbers_.try_emplace(std::move(key), numbers_.size()).first->second;
    }

    kubernetes_node node_;
    std::vector<node_pool> pools_;
    std::vector<node_device> devices_;
    std::unordered_map<std::string, std::size_t> numbers_; // only looked up
    std::size_t counters_ = 0;
};

} // namespace gpupack::dialect::dra
