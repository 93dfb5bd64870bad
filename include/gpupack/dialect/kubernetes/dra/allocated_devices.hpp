// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// What is in use of one device.
struct device_use {
    int exclusive = 0;                                        ///< Claims that have all of it.
    int shares = 0;                                           ///< Claims that have a share.
    std::vector<std::pair<std::string, quantity>> consumed{}; ///< What the shares take, by capacity.

    /// Whether nobody has it.
    [[nodiscard]] bool empty() const noexcept { return exclusive == 0 && shares == 0; }
};

/// The devices in use in a cluster, by driver, pool and name.
///
/// A claim is added when it is allocated and removed when it is freed. Devices with admin access do not count.
class allocated_devices {
  public:
    /// Adds the devices of an allocation.
    ///
    /// @param allocation  of a claim
    void add(const claim_allocation& allocation) {
        for (const allocated_device& one : allocation.devices)
            if (!one.admin_access) change(one, 1);
    }

    /// Takes the devices of an allocation away that was added before.
    ///
    /// @param allocation  of a claim
    void remove(const claim_allocation& allocation) {
        for (const allocated_device& one : allocation.devices)
            if (!one.admin_access) change(one, -1);
    }

    /// What is in use of a device, or nullptr.
    ///
    /// @param driver  the driver
    /// @param pool    the pool of the driver
    /// @param device  the device of the pool
    [[nodiscard]] const device_use* find(std::string_view driver, std::string_view pool,
                                         std::string_view device) const {
        if (uses_.empty()) return nullptr;
        const auto found = uses_.find(key(driver, pool, device));
        return found == uses_.end() ? nullptr : &found->second;
    }

    /// Devices in use.
    [[nodiscard]] std::size_t size() const noexcept { return uses_.size(); }

  private:
    [[nodiscard]] static std::string key(std::string_view driver, std::string_view pool, std::string_view device) {
        return std::string{driver}.append("\n").append(pool).append("\n").append(device);
    }

    void change(const allocated_device& one, int sign) {
        const std::string name = key(one.driver, one.pool, one.device);
        device_use& use = uses_[name];
        (one.shared ? use.shares : use.exclusive) += sign;
        for (const auto& [capacity, amount] : one.consumed) {
            auto known = std::ranges::find(use.consumed, capacity, &std::pair<std::string, quantity>::first);
            if (known == use.consumed.end()) known = use.consumed.insert(known, {capacity, quantity{}});
            known->second = quantity::nanos(known->second.nanos() + sign * amount.nanos(), amount.style());
        }
        if (use.empty()) uses_.erase(name);
    }

    std::unordered_map<std::string, device_use> uses_; // only looked up, never walked through
};

} // namespace gpupack::dialect::dra
