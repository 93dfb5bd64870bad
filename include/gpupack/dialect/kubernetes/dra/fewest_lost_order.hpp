// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>
#include <gpupack/dialect/kubernetes/dra/placements_lost.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// The devices of a node in the order in which a scheduler that chooses devices itself should try them: first those that
/// block fewest other placements; ties in published order.
///
/// Given to device_allocator::allocate it replaces upstream's first fit. Whether claims can be had on the node stays the
/// same, which devices they get differs. Where several devices are asked for, the order is that of each alone.
/// Cost: the square of the number of devices.
///
/// @param devices  of the node
/// @param use      what is in use of them
/// @return the numbers of all devices
[[nodiscard]] inline std::vector<std::size_t> fewest_lost_order(const node_devices& devices, const node_use& use) {
    placements_lost count{devices, use};
    std::vector<std::int64_t> losses;
    losses.reserve(devices.devices().size());
    for (std::size_t device = 0; device < devices.devices().size(); ++device)
        losses.push_back(count.loss(std::span{&device, 1}));
    std::vector<std::size_t> order(losses.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t device) { return losses[device]; });
    return order;
}

} // namespace gpupack::dialect::dra
