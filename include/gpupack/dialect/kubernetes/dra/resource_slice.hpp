// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Which state of which pool a slice is a part of.
struct pool_part {
    std::string name;            ///< The pool; unique for its driver.
    std::int64_t generation = 0; ///< Slices of an older generation are out of date.
    std::int64_t slices = 1;     ///< Slices in this generation of the pool.
};

/// Amounts that devices of a pool share.
struct counter_set {
    std::string name;                                         ///< Unique in the pool.
    std::vector<std::pair<std::string, quantity>> counters{}; ///< Counters and what there is of them.
};

/// A part of a pool of devices, as a driver publishes it.
struct resource_slice {
    std::string name;                    ///< metadata.name; slices of a pool are looked at in the order of their names.
    std::string driver;                  ///< Who publishes it.
    pool_part pool{};                    ///< What it is a part of.
    device_reach reach{};                ///< Where its devices can be used.
    std::vector<device> devices{};       ///< In the order in which they are looked at.
    std::vector<counter_set> counters{}; ///< A slice with counters offers no devices.

    /// Whether a device names compatibility groups, which are off by default in 1.37.
    [[nodiscard]] bool grouped() const {
        return std::ranges::any_of(devices, [](const device& one) {
            return std::ranges::any_of(one.consumes, [](const counter_use& use) { return use.grouped; });
        });
    }
};

} // namespace gpupack::dialect::dra
