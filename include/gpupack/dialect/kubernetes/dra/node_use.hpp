// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/allocated_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// What is in use of the devices of a node: the state that an allocation starts from.
///
/// Made from the devices in use in the cluster; made anew for a node when something on it changed.
class node_use {
  public:
    /// Looks up what is in use.
    ///
    /// @param devices    of the node
    /// @param allocated  in the cluster
    node_use(const node_devices& devices, const allocated_devices& allocated) {
        const std::size_t size = devices.devices().size();
        exclusive_.resize(size);
        shared_.resize(size);
        consumed_.resize(size);
        for (const node_pool& pool : devices.pools()) {
            std::vector<detail::wide>& free = free_.emplace_back();
            for (const auto& [counter, amount] : pool.counters) free.push_back(amount);
        }
        for (std::size_t i = 0; i < size; ++i) {
            const node_device& one = devices.devices()[i];
            const device_use* const use = look_up(devices, one, allocated);
            if (use == nullptr) continue;
            exclusive_[i] = use->exclusive > 0;
            shared_[i] = use->shares > 0;
            for (const device_capacity& capacity : one.content->capacity) {
                const auto known =
                    std::ranges::find(use->consumed, capacity.name, &std::pair<std::string, quantity>::first);
                consumed_[i].push_back(known == use->consumed.end() ? 0 : known->second.nanos());
            }
            subtract(devices.pools()[one.pool], one, free_[one.pool]);
        }
        for (std::size_t i = 0; i < devices.pools().size(); ++i)
            for (const node_device& one : devices.pools()[i].elsewhere)
                if (look_up(devices, one, allocated) != nullptr) subtract(devices.pools()[i], one, free_[i]);
    }

    /// Whether all of a device is in use.
    ///
    /// @param device  its number
    [[nodiscard]] bool exclusive(std::size_t device) const noexcept { return exclusive_[device] != 0; }

    /// Whether a share of a device is in use.
    ///
    /// @param device  its number
    [[nodiscard]] bool shared(std::size_t device) const noexcept { return shared_[device] != 0; }

    /// What shares take of a capacity of a device, in 10^-9.
    ///
    /// @param device    its number
    /// @param capacity  the number of the capacity
    [[nodiscard]] detail::wide consumed(std::size_t device, std::size_t capacity) const noexcept {
        return consumed_[device].empty() ? 0 : consumed_[device][capacity];
    }

    /// What is left of the counters of a pool, in the order of its counters; may be below 0.
    ///
    /// @param pool  its number
    [[nodiscard]] const std::vector<detail::wide>& free(std::size_t pool) const noexcept { return free_[pool]; }

  private:
    [[nodiscard]] static const device_use* look_up(const node_devices& devices, const node_device& one,
                                                   const allocated_devices& allocated) {
        const node_pool& pool = devices.pools()[one.pool];
        return allocated.find(pool.driver, pool.name, one.content->name);
    }
    static void subtract(const node_pool& pool, const node_device& one, std::vector<detail::wide>& free) {
        for (const counter_need& need : one.needs)
            for (std::size_t i = 0; i < pool.counters.size(); ++i)
                if (pool.counters[i].first == need.counter) free[i] -= need.amount;
    }

    std::vector<std::uint8_t> exclusive_;
    std::vector<std::uint8_t> shared_;
    std::vector<std::vector<detail::wide>> consumed_; // by device and capacity; empty: nothing
    std::vector<std::vector<detail::wide>> free_;     // by pool and counter
};

} // namespace gpupack::dialect::dra
